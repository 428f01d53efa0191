"""引用目标任务的行：代码要有，旁边写的名称要对得上；给人看的时候写名称，不写代码。"""

from collections import Counter

from taiping.ground.tables import as_text
from taiping.ground.texts import half_width, listed
from tasks.workbook.columns import TARGET_NAME

KINDS = ("milestone", "subsidy", "allocation", "score_item", "reading")


def match_targets(check):
    """目标代码要在目标任务表里，或者库里已经有；名称空着、没有这一列都行，写了就要和代码是同一项。"""
    names = _names(check)
    codes = listed(sorted(names)) or "（还没有）"
    for kind in KINDS:
        for entry in [*check.entries[kind], *check.stored.entries[kind].values()]:
            entry.target_name = _shown(names, entry.values.get("target"))
        for entry in check.entries[kind]:
            code = entry.values.get("target")
            if code and code not in names:
                advice = f"“{code}”不是目标任务的代码。已有的代码是：{codes}。"
                check.report(entry, "target", advice)
            elif code:
                _match_name(check, entry, names[code])


def _names(check):
    """{代码: [导入以后的名称, 库里的名称]}。"""
    names = {}
    for entries in (check.in_file["target"], check.stored.entries["target"]):
        for (code,), entry in entries.items():
            names.setdefault(code, []).append(entry.values.get("name") or "")
    return names


def _shown(names, code):
    """名称；几项任务重名的，带上代码。"""
    if code not in names:
        return ""
    name = names[code][0]
    is_shared = Counter(given[0] for given in names.values())[name] > 1
    return f"{name}（{code}）" if is_shared else name


def _match_name(check, entry, known):
    written = as_text(entry.row.cells.get(TARGET_NAME))
    if not written or tidy(written) in map(tidy, known):
        return
    code = entry.values["target"]
    advice = (
        f"“{written[:20]}”和代码对不上：{code} 是“{known[0]}”。请改对代码或名称，名称也可以空着。"
    )
    check.report(entry, TARGET_NAME, advice)


def tidy(text):
    return "".join(half_width(text).split())
