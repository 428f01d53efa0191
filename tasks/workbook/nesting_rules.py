"""“其中”的规矩：上级找得到、不绕圈、不太深；加起来和上级不一样的提醒。"""

from types import SimpleNamespace

from taiping.ground.texts import listed
from tasks.models.nesting import compared_sums, nesting_problem
from tasks.workbook.target_names import tidy


def match_parents(check):
    """上级写的是代码或名称，都换成代码；找不到、分不清的是错。"""
    names = {entry.key[0]: entry.values.get("name") or "" for entry in check.final("target")}
    by_name = {}
    for code, name in names.items():
        by_name.setdefault(tidy(name), []).append(code)
    for entry in check.entries["target"]:
        written = entry.values.get("parent")
        if not written or written in names:
            continue
        found = by_name.get(tidy(written), [])
        if len(found) == 1:
            entry.values["parent"] = found[0]
        elif found:
            advice = f"有 {len(found)} 项任务都叫“{written[:20]}”，请写代码：{'、'.join(found)}。"
            check.report(entry, "parent", advice)
        else:
            known = listed(sorted(names)) or "（还没有）"
            advice = f"“{written[:20]}”不是目标任务的代码或名称。已有的代码是：{known}。"
            check.report(entry, "parent", advice)


def check_parents(check):
    """绕成圈、层数太多的，报在文件里的那一行。"""
    entries = check.final("target")
    parents = {entry.key[0]: entry.values.get("parent") for entry in entries}
    names = {entry.key[0]: entry.values.get("name") or entry.key[0] for entry in entries}
    for entry in check.entries["target"]:
        code = entry.key[0]
        if "parent" in entry.row.bad or parents.get(code) is None or "parent" not in entry.values:
            continue
        if sentence := nesting_problem(code, parents, lambda key: names.get(key, key)):
            check.report(entry, "parent", sentence)


def warn_of_parts(check):
    """“其中”的任务数加起来和上级的不一样：指出来，不拦。"""
    entries = {entry.key[0]: entry for entry in check.final("target")}
    parts = {}
    for entry in entries.values():
        parts.setdefault(entry.values.get("parent"), []).append(entry)
    for code, children in parts.items():
        if code not in entries:
            continue
        whole = SimpleNamespace(**entries[code].values)
        rows = [child.row for child in children if child.row]
        for _, sentence in compared_sums(
            whole, [SimpleNamespace(**child.values) for child in children]
        ):
            sheet = rows[-1].sheet if rows else "目标任务"
            check.document.note(sheet, sentence, level="WARNING")
