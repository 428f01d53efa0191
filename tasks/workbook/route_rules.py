"""整改路径和材料的规矩：材料的路径找得到，路径的名称不重复。"""


def check_routes(check):
    routes = check.final("route")
    codes = {entry.key[0] for entry in routes}
    for entry in check.entries["item"]:
        code = entry.values.get("route")
        if code and code not in codes:
            advice = f"“{code}”不是“整改路径”表里的代码。请改成表里的，或在那张表里加上它。"
            check.report(entry, "route", advice)
    owners = {}
    for entry in [*check.kept("route"), *check.entries["route"]]:
        name = check.full(entry)["name"]
        first = owners.setdefault(name, entry)
        if name and first.key != entry.key:
            advice = f"“{name}”已经是路径 {first.key[0]} 的名称，请换一个名称。"
            check.report(entry, "name", advice)
