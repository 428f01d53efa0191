"""地址里问的是什么：哪一年的方案、哪一天、哪种口径。写错了用一句话说明，仍给出能看的页面。"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from plots.models.querysets import BASES
from taiping.ground.dates import long_date
from tasks.models import Plan, in_force


@dataclass
class Asked:
    plan: Plan | None
    on: date
    basis: str
    today: date
    plans: list[Plan]  # 各年度的，新的在前
    since: date | None = None  # 和哪一天比
    villages: str = ""  # all：列出全部的村
    problems: list[str] = field(default_factory=list)

    @property
    def is_today(self):
        return self.on == self.today

    @property
    def week_before(self):
        return self.on - timedelta(days=7)

    @property
    def month_before(self):
        last = self.on.replace(day=1) - timedelta(days=1)
        return last.replace(day=min(self.on.day, last.day))

    @property
    def basis_text(self):
        return BASES[self.basis]

    @property
    def notices(self):
        """这一天在方案的年度以外时要说的话。"""
        if self.plan is None:
            return []
        if self.on > self.plan.ends_on:
            return [
                f"{self.plan}已于{long_date(self.plan.ends_on)}结束，下面是结束以后的情况，没完成、也没有暂缓的都算逾期。"
            ]
        if self.on < self.plan.starts_on:
            return [
                f"{self.plan}从{long_date(self.plan.starts_on)}开始，{long_date(self.on)}还没有开始。"
            ]
        return []

    def at(self, day):
        """同样的口径和比较，换一天看；比较的日期不早于那天的去掉。"""
        return self.query(
            on=day.isoformat(), since=self.since if self.since and self.since < day else ""
        )

    @property
    def today_query(self):
        """看今天：地址里不写日期，明天打开就是明天。"""
        return self.query(on="", since=self.since if self.since and self.since < self.today else "")

    @property
    def screen_query(self):
        """大屏整天开着：看今天的不写日期，过了半夜自己换成新的一天。"""
        return self.query(**({"on": ""} if self.is_today else {}), since="", villages="")

    @property
    def week_query(self):
        return self.query(since=self.week_before)

    @property
    def month_query(self):
        return self.query(since=self.month_before)

    @property
    def ledger(self):
        """台账里同一年、同一天、同一口径的地址，后面接 &state=… 等条件。"""
        basis = f"&basis={self.basis}" if self.basis != "done" else ""
        return (
            f"{reverse('plots:patch_list')}?year={self.plan.year}&on={self.on.isoformat()}{basis}"
        )

    def query(self, **changes):
        """同一页换一项后的地址参数。日期总是写上：发给别人的链接，明天点开还是这一天；默认的口径不写。"""
        values = {
            "year": str(self.plan.year) if self.plan else "",
            "on": self.on.isoformat(),
            "basis": self.basis,
            "since": self.since.isoformat() if self.since else "",
            "villages": self.villages,
        }
        values |= {name: str(value) for name, value in changes.items()}
        if values["basis"] == "done":
            del values["basis"]
        return "?" + "&".join(f"{name}={value}" for name, value in values.items() if value)


def asked(request):
    """读 request.GET 的 on（YYYY-MM-DD）、basis、year；没给的用今天、按完成日期、当年方案。"""
    today = timezone.localdate()
    problems = []
    on = asked_day(request, "on", problems, "下面按今天显示") or today
    since = asked_day(request, "since", problems, "下面没有作比较")
    if since and since >= on:
        problems.append("比较的日期要早于看的日期，下面没有作比较。")
        since = None
    basis = request.GET.get("basis") or "done"
    if basis not in BASES:
        problems.append(f"没有“{basis[:20]}”这种口径，下面按完成日期显示。")
        basis = "done"
    plans = list(Plan.objects.order_by("-year"))
    plan, text = None, request.GET.get("year", "").strip()
    if text:
        plan = next((plan for plan in plans if str(plan.year) == text), None)
        if plan is None:
            problems.append(f"没有“{text[:20]}”年度的方案，下面是当前方案。")
    villages = "all" if request.GET.get("villages") == "all" else ""
    return Asked(plan or in_force(plans, on), on, basis, today, plans, since, villages, problems)


def asked_day(request, name, problems, otherwise):
    """地址里的一个日期；没写是 None，写错了也是 None 并留一句话。"""
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        problems.append(f"“{text[:20]}”不是日期，请写成 2024-10-20 这样；{otherwise}。")
    elif not 2000 <= found.year <= 2100:
        problems.append(f"“{text[:20]}”太远了，请填 2000 年到 2100 年之间的日期；{otherwise}。")
        return None
    return found
