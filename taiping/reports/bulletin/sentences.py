"""由数写成句子的规则：每个函数收进度里的数，给出办事人员会写的一句话；没有的不说，也不编。"""

from decimal import Decimal

from taiping.ground.dates import long_date
from taiping.ground.money import yuan
from taiping.progress.figures import Owed, Progress, TargetFigures, items, no_patches
from taiping.progress.rates import percent_of
from taiping.progress.reading_counts import reading_counts
from taiping.progress.words import (
    alone,
    brought_text,
    carried_text,
    counted_words,
    margin_text,
    measured_on,
    parts_text,
    quantity,
    relapsed_text,
    shortage,
)
from taiping.subsidies.figures import Summary


def both(count: int, amount: Decimal | None, figures: TargetFigures) -> str:
    """个数和面积：“35个、380.5亩”；只有整块的、只有零散面积的、都没有的（空文字）分开说。"""
    if count and amount:
        return f"{count}个、{quantity(amount, figures)}"
    if count:
        return f"{count}个"
    return f"部分面积{quantity(amount, figures)}（没有整块完成的）" if amount else ""


def subsidies(money: Summary) -> str:
    """“奖补资金：各村应奖补2,622.00元，已到位3,000.00元，已拨付1,596.50元。”"""
    return (
        f"奖补资金：各村应奖补{yuan(money.earned)}元，已到位{yuan(money.received)}元，"
        f"已拨付{yuan(money.paid)}元。"
    )


def quota(figures: TargetFigures) -> str:
    """“任务数24个、99.3亩”；方案没定数的照说。"""
    target, parts = figures.target, []
    if figures.quota_count is not None:
        parts.append(f"{figures.quota_count}个")
    if figures.quota is not None:
        parts.append(quantity(figures.quota, figures))
    if not parts:
        return "方案未定任务数"
    return ("底线" if target.is_floor else "任务数") + "、".join(parts)


def overall(progress: Progress) -> str:
    """各项任务按状态数一数：“方案共有目标任务8项，其中逾期1项、正常推进3项、还没有数据4项。”"""
    counts = counted_words(progress)
    total = len(progress.families)
    if len(counts) == 1:
        word = counts[0][1]
        return f"方案共有目标任务{total}项，{f'全部{word}' if total > 1 else alone(word)}。"
    return f"方案共有目标任务{total}项，其中{'、'.join(f'{word}{number}项' for number, word in counts)}。"


def timing(progress: Progress) -> str:
    """方案还没开始、已经结束时的一句；在年度中间是空文字。"""
    plan, on = progress.plan, progress.on
    if on < plan.starts_on:
        return f"方案从{long_date(plan.starts_on)}开始，目前还没有开始。"
    if on > plan.ends_on:
        has_patches = any(figures.patch_count for figures in progress.targets)
        late = "，没有完成的图斑（暂缓的除外）都按逾期统计" if has_patches else ""
        return f"方案已于{long_date(plan.ends_on)}结束{late}。"
    return ""


def patches_overall(progress: Progress) -> str:
    """全镇图斑的一句：有没有图斑，有没有逾期的。"""
    by_patches = [figures for figures in progress.targets if figures.target.by_patches]
    if not by_patches:
        return ""
    total = sum(figures.patch_count for figures in by_patches)
    if not total:
        return f"各项整治任务{no_patches(by_patches)}，暂无整治进展的数据。"
    if not progress.overdue_count:
        return f"各项任务共有图斑{total}个，没有逾期的。"
    parts = [f"{words}{number}个" for _, words, number in progress.owed.parts]
    return f"各项任务共有图斑{total}个，其中{progress.overdue_count}个逾期（{'、'.join(parts)}）。"


def silence(progress: Progress) -> str:
    """截止过了还没有报数的监测有几项；没有是空文字。"""
    read = reading_counts(progress)
    if len(read.unheard) == len(read.silent):
        number = items(read.silent)
        return f"截止已过、还没有报数的{number}项。" if number else ""
    return f"{read.silence}。"


def owed_by_others(owed: Owed) -> str:
    """不该村里办的逾期，单说一句；没有是空文字。"""
    parts = [f"{words}{number}个" for actor, words, number in owed.parts if actor != "VILLAGE"]
    return f"另有{'、'.join(parts)}逾期，不计入各村。" if parts else ""


def reading(figures: TargetFigures) -> str:
    """靠监测的任务：“底线32202亩，2024年6月30日监测为32300亩，高出底线98亩。”"""
    partial = figures.partial_text(gap="")
    if figures.confirmed is None:
        return f"{quota(figures)}，{partial or '还没有监测数'}。"
    text = f"{quota(figures)}，{measured_on(figures)}为{quantity(figures.confirmed, figures)}"
    if figures.margin is not None:
        text += f"，{margin_text(figures) if figures.margin else '与底线持平'}"
    elif share := percent_of(figures.confirmed, figures.quota):
        text += f"，占任务数的{share}"
    aside = "；".join(filter(None, [partial, parts_text(figures)]))
    return f"{text}（{aside}）。" if aside else f"{text}。"


def patch_progress(figures: TargetFigures) -> str:
    """靠图斑的任务：任务数、图斑、上报、核实、核减、暂缓。"""
    told = (relapsed_text(figures), brought_text(figures), carried_text(figures))
    aside = [f"{words}。" for words in told if words]
    if not figures.patch_count and aside:
        return f"{quota(figures)}，目前没有图斑。{''.join(aside)}"
    if not figures.patch_count:
        return f"{quota(figures)}，{figures.no_patches}，暂无进展数据。"
    own = both(figures.patch_count, figures.patch_area, figures)
    text = f"{quota(figures)}，现有图斑{own}。{done(figures)}"
    if figures.deferred_count:
        text += f"暂缓{figures.deferred_count}个。"
    return text + "".join(aside) + lacking_patches(figures)


def done(figures: TargetFigures) -> str:
    """上报和核实：都没有、只有上报、全部核实、一部分核实，几种说法；只有核查无问题的不说成已经核实。"""
    single = figures.reporting is figures.last  # 最后一步就是村里做的，上报就是完成
    verb = "完成" if single else "核实"
    reported = worked(figures, figures.reported_count, figures.reported)
    confirmed = worked(figures, figures.confirmed_count, figures.confirmed)
    exempt = ""
    if figures.exempt_count:
        exempt = f"核查无问题{figures.exempt_count}个，核减{quantity(figures.exempt, figures)}"
    if figures.exempt_count == figures.patch_count:
        return f"现有图斑全部核查无问题，核减{quantity(figures.exempt, figures)}。"
    aside = f"（含{exempt}）" if exempt else ""
    if not confirmed:
        if single or not reported:
            step = "整治" if single else figures.reporting.milestone.name
            return f"{exempt}，其余还没有完成{step}。" if exempt else f"还没有图斑完成{step}。"
        return f"已上报{reported}{aside}，还没有核实通过的。"
    if figures.confirmed_count == figures.patch_count:
        return (
            f"现有图斑已全部{verb}，共{confirmed}{aside}，{shares(figures, verb)}{short(figures)}。"
        )
    before = "" if single else f"已上报{reported}，"
    return f"{before}已{verb}{confirmed}{aside}，{shares(figures, verb)}{short(figures)}。"


def short(figures: TargetFigures) -> str:
    """清单里完成面积小于图斑面积的；没有是空文字。"""
    if not figures.short_count:
        return ""
    lack = quantity(figures.short_area, figures)
    return f"；其中{figures.short_count}个完成面积小于图斑面积，共少{lack}"


def worked(figures: TargetFigures, count: int, amount: Decimal) -> str:
    """做了的个数和面积；只有核查无问题的、什么都没做的是空文字。"""
    only_exempt = figures.exempt_count and count == figures.exempt_count and not amount
    return "" if only_exempt else both(count, amount, figures)


def shares(figures: TargetFigures, verb: str) -> str:
    """占比：有个数任务的按个数，有面积任务的按面积，都没有的按现有图斑。"""
    need, parts = figures.need, []
    if need.quota_count:
        parts.append(("个数", percent_of(figures.confirmed_count, need.quota_count)))
    if need.quota:
        parts.append(("面积", percent_of(figures.confirmed, need.quota)))
    if not parts:
        return f"占现有图斑的{percent_of(figures.confirmed_count, figures.patch_count)}"
    texts = [
        f"{verb}{name}占{'' if place else '任务数的'}{value}"
        for place, (name, value) in enumerate(parts)
    ]
    after = ""
    if need.quota != figures.quota:
        after = f"（任务面积核减后为{quantity(need.quota, figures)}）"
    return "、".join(texts) + after


def lacking_patches(figures: TargetFigures) -> str:
    """图斑加起来够不够任务数：不够的，做完现有图斑也完不成。"""
    short = shortage(figures)
    if not short:
        return ""
    before = "扣除核查无问题的，" if figures.exempt_count else ""
    return f"{before}现有图斑比任务数少{short}。"
