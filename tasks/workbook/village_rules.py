"""村和任务分解的规矩：名称、别名、代码不混；分解的数加起来对不对。"""

from decimal import Decimal

from taiping.ground.tables import shown
from tasks.models.allocations import gap_of
from villages.models import Village
from villages.places.matching import VillageIndex, tidy


def villages_after(check):
    """导入以后的全部村 → [(Village 不保存, 文件里的 Entry 或 None)]。"""
    return [
        (
            Village(
                pk=number,
                name=entry.key[0],
                code=entry.values.get("code") or "",
                aliases=entry.values.get("aliases") or "",
            ),
            check.in_file["village"].get(entry.key),
        )
        for number, entry in enumerate(check.final("village"), start=1)
    ]


def village_index(check):
    return VillageIndex([village for village, _ in villages_after(check)])


def check_villages(check):
    """代码各不相同；一个村的名称、别名不能也是另一个村的。问题报在文件里的那一行。"""
    villages, names, codes = villages_after(check), {}, {}
    for village, entry in villages:
        names.setdefault(tidy(village.name), (village, entry))
    for village, entry in villages:
        if village.code:
            other = codes.setdefault(village.code, (village, entry))
            if other[0] is not village and (entry or other[1]):
                name = other[0].name if entry else village.name
                check.report(
                    entry or other[1], "code", f"村代码 {village.code} 和“{name}”的重复，请核对。"
                )
    aliases = {}
    for village, entry in villages:
        for alias in dict.fromkeys(tidy(alias) for alias in village.alias_list):
            other = names.get(alias)
            if other and other[0] is not village and (entry or other[1]):
                _report_alias(check, alias, (village, entry), other)
            first = aliases.setdefault(alias, (village, entry))
            if first[0] is not village and (entry or first[1]):
                name = first[0].name if entry else village.name
                advice = f"别名“{alias}”也是“{name}”的别名，分不清是哪个村。请只留一处。"
                check.report(entry or first[1], "aliases", advice)


def _report_alias(check, alias, owner, named):
    """一个村的别名是另一个村的名称：报在文件里新写的那一行。"""
    is_new = named[1] and named[1].key not in check.stored.entries["village"]
    if owner[1] and not is_new:
        check.report(
            owner[1], "aliases", f"别名“{alias}”是另一个村的名称，分不清是哪个村。请删去这个别名。"
        )
    else:
        advice = f"“{alias}”是“{owner[0].name}”的别名。请写“{owner[0].name}”；如果真是另一个村，先删去那个别名。"
        check.report(named[1], "name", advice)


def warn_of_sums(check):
    """分解的数加起来和任务数不一样：指出来，不拦；全空是还没分解，不用说。"""
    targets = {entry.key[0]: entry for entry in check.final("target")}
    shares = {}
    for entry in check.final("allocation"):
        shares.setdefault(entry.values.get("target"), []).append(entry)
    for code, entries in shares.items():
        for name, unit in (("quota", None), ("quota_count", "个")):
            if code in targets:
                _warn_of_sum(check, targets[code], entries, name, unit)


def _warn_of_sum(check, target, entries, name, unit):
    given = [e for e in entries if e.values.get(name) is not None]
    quota, blank = target.values.get(name), len(entries) - len(given)
    least = [Decimal(e.values[name]) for e in given]
    most = [Decimal(_most(e.values, name)) for e in given]
    is_range = most != least
    gap = gap_of(sum(least) if given else None, sum(most) if is_range else None, quota)
    if not gap:
        return
    unit = unit or target.values.get("unit") or "亩"
    rows = [e.row for e in entries if e.row]
    total = shown(sum(least)) + (f"–{shown(sum(most))}" if is_range else "")
    words = f"“{target.values.get('name')}”分到各村的一共 {total} {unit}，任务数是 {shown(Decimal(quota))} {unit}"
    words += f"，{'还差' if gap < 0 else '多了'} {shown(abs(gap))} {unit}"
    words += f"；还有 {blank} 个村没有分。" if blank else "。请核对，照此导入也可以。"
    check.document.note(rows[-1].sheet if rows else "任务分解", words, found=total, level="WARNING")


def _most(values, name):
    most = values.get(f"{name}_most")
    return values[name] if most is None else most
