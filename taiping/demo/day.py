"""演示的那一天：装演示数据时定下，记在数据文件夹里；演示清掉了，就照真的钟。"""

from datetime import date

from django.conf import settings

from taiping.ground.dates import fixed_day, long_date, parse_day
from tasks.models import Plan
from villages.models import User

USUAL = date(2024, 10, 20)


def asked(text: str) -> date | None:
    """--demo-day 写的；没写是 None。不是日期、和设置里的 FIXED_TODAY 不一样，抛 ValueError。"""
    try:
        day = parse_day(text)
    except ValueError as refusal:
        raise ValueError(f"--demo-day：{refusal}") from None
    fixed = settings.FIXED_TODAY
    if day and fixed and day != fixed:
        raise ValueError(
            f"设置里的 FIXED_TODAY 已经把今天定在{long_date(fixed)}，"
            f"和 --demo-day 的{long_date(day)}不一样。请改成一样的，或去掉一个。"
        )
    return day


def chosen(given: date | None) -> date:
    """演示哪一天：写的，设置里定的，都没有就是 2024-10-20，方案不在那一年的是它走到五分之四的那天。

    写的、设置里定的不在方案的起止日期里，抛 ValueError。
    """
    day = given or settings.FIXED_TODAY or USUAL
    plans = list(Plan.objects.all())
    if any(plan.starts_on <= day <= plan.ends_on for plan in plans):
        return day
    if not plans:
        raise ValueError("还没有方案，演示不起来。请先用 import_plan 导入，或加 --no-demo。")
    late = plans[0].starts_on + (plans[0].ends_on - plans[0].starts_on) * 4 // 5
    if given is None and settings.FIXED_TODAY is None:
        return late
    periods = "、".join(f"{long_date(p.starts_on)}到{long_date(p.ends_on)}" for p in plans)
    raise ValueError(
        f"演示的今天定在{long_date(day)}，不在方案的起止日期里（{periods}）。"
        f"请另写一天，如 --demo-day {late}；不要演示数据加 --no-demo。"
    )


def fix(day: date) -> None:
    """系统里的今天定在这一天，以后启动的服务也是。"""
    settings.DEMO_DAY_FILE.write_text(f"{day.isoformat()}\n", encoding="utf-8")
    settings.DEMO_DAY = day


def release() -> date | None:
    """不再定在演示的那一天；返回原来定在哪天，没有定过是 None。"""
    before = settings.DEMO_DAY
    settings.DEMO_DAY_FILE.unlink(missing_ok=True)
    settings.DEMO_DAY = None
    return before


def release_without_demo() -> date | None:
    """库里没有演示账号，却还留着演示的那一天（换了数据库）：照真的钟。返回同 release。"""
    if User.objects.filter(is_demo=True, is_active=True).exists():
        return None
    return release()


def follow(written: str | None) -> str:
    """恢复了一份备份：是演示的，今天跟着它定在那天，不是的照真的钟；返回改了以后要说的话，没有改是空。

    written 是备份的清单里记的那天（2024-10-20），正式的没有。
    """
    wanted, before = date.fromisoformat(written) if written else None, settings.DEMO_DAY
    if wanted == before:
        return ""
    if wanted:
        fix(wanted)
        return sentence()
    release()
    return "恢复的不是演示，系统里的今天不再固定，照真的日期。"


def sentence() -> str:
    """今天固定着就说一声，没有固定是空。"""
    day = fixed_day()
    return f"演示：系统里的今天是 {long_date(day)}。" if day else ""
