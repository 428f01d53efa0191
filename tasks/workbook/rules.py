"""方案各行之间的规矩：不重复、引用得到、时间不颠倒。能在库里保存的，才没有错误。"""

from taiping.ground.actors import actors
from tasks.models import Milestone, Target
from tasks.models.duties import problems_refused
from tasks.models.in_use import plan_user
from tasks.models.nesting import in_circles
from tasks.models.structure import (
    ALL_KINDS_OF_COUNT,
    deadline_problem,
    fixed_measure,
    period_problems,
    place_problems,
    step_problems,
)
from tasks.workbook.columns import BY_KIND, ORDER
from tasks.workbook.demo_codes import check_demo_codes
from tasks.workbook.document import Entry
from tasks.workbook.model_rules import check_models
from tasks.workbook.nesting_rules import check_parents, match_parents, warn_of_parts
from tasks.workbook.route_rules import check_routes
from tasks.workbook.score_rules import check_score_items
from tasks.workbook.stored import is_withdrawn, key_of
from tasks.workbook.subsidy_rules import check_subsidies
from tasks.workbook.target_names import match_targets
from tasks.workbook.village_rules import check_villages, village_index, warn_of_sums

USED = {"group", "target", "score_item", "duty"}  # 别的行引用着的，不能删
NO_GROUP = "“{}”不是“工作组”表里的名称。请改成表里的，或留空。"


class Check:
    """一次检查用到的全部：文件、库里的、解释过的行。report 把问题记在文件里。"""

    def __init__(self, document, stored, entries):
        self.document, self.stored, self.entries = document, stored, entries
        self.in_file = {}

    def report(self, entry, name, advice, level="ERROR"):
        self.document.report(entry.row, name, advice, level=level)

    def full(self, entry):
        """导入以后这一行的全部字段：文件没写的列取库里的，库里没有的取默认。"""
        stored = self.stored.get(entry.kind, entry.key)
        blanks = {column.field: column.blank for column in BY_KIND[entry.kind].columns}
        return {**blanks, **(stored.values if stored else {}), **entry.values}

    def kept(self, kind):
        """库里有、文件里没有的行；文件里没有这类表，就是全部。"""
        return [
            entry
            for key, entry in self.stored.entries[kind].items()
            if key not in self.in_file.get(kind, ())
        ]

    def final(self, kind):
        """导入以后（不删的话）这一类的全部：[Entry]，values 是全的。"""
        in_file = self.in_file.get(kind, {}).values()
        return [
            Entry(kind, entry.key, self.full(entry), entry.row) for entry in in_file
        ] + self.kept(kind)


def check_all(document, stored, entries):
    """全部规矩走一遍，问题都记在 document 里；返回 Check。"""
    check = Check(document, stored, entries)
    for kind in (
        "village",
        "cadre",
        "plan",
        "group",
        "target",
        "duty",
        "requirement",
        "subsidy",
        "score_item",
        "route",
    ):
        set_keys(check, kind)
    index = village_index(check)
    for entry in entries["allocation"] + entries["reading"]:
        match_village(check, entry, index)
    match_targets(check)
    match_parents(check)
    for kind in ("milestone", "allocation", "reading", "member", "item"):
        set_keys(check, kind)
    check_villages(check)
    check_groups(check)
    check_members(check)
    check_models(check)
    check_targets(check)
    check_parents(check)
    check_counts(check)
    check_milestones(check)
    check_duties(check)
    check_subsidies(check)
    check_readings(check)
    check_routes(check)
    check_period(check)
    check_score_items(check)
    check_demo_codes(check)
    warn_of_sums(check)
    warn_of_parts(check)
    return check


def set_keys(check, kind):
    """给每一行定下 key；同一个 key 写了两遍是错。监测可以重复写，只算一次。"""
    table, seen = BY_KIND[kind], {}
    needed = [
        column.field for column in table.columns if column.required and column.field in table.key
    ]
    for entry in check.entries[kind]:
        entry.key = key_of(kind, entry.values)
        if entry.row.bad & set(table.key) or any(entry.values.get(name) is None for name in needed):
            continue
        first = seen.setdefault(entry.key, entry)
        if first is entry:
            continue
        if kind == "reading":
            check.report(entry, "value", f"和{first.row.place}一样，只算一条。", level="WARNING")
        elif kind == "member":
            advice = f"“{entry.label.split(' ', 1)[-1]}”写了两遍，请删去一个。"
            column = "cadre" if "group" in entry.row.cells else entry.values["position"]
            check.report(entry, column, advice)
        else:
            words = "、".join(str(part) for part in entry.key if part)
            advice = f"“{words}”和{first.row.place}重复，请改成不同的，或删去一行。"
            check.report(entry, table.key[-1], advice)
    check.in_file[kind] = seen


def match_village(check, entry, index):
    raw = entry.values.get("village")
    if "village" not in entry.values or (
        entry.kind == "reading" and raw in (None, "", f"全{actors.town}")
    ):
        entry.values["village"] = None
        return
    village, reason = index.match(raw)
    if village is None:
        check.report(entry, "village", f"{reason}或者在文件的“村”表里加上它。" if raw else reason)
    entry.values["village"] = village.name if village else None


def check_groups(check):
    parents = {entry.key[0]: entry.values.get("parent") for entry in check.final("group")}
    circling = in_circles(parents)
    for entry in check.entries["group"]:
        name, parent = entry.values.get("name"), entry.values.get("parent")
        if parent is None or name is None:
            continue
        if parent not in parents:
            check.report(entry, "parent", NO_GROUP.format(parent))
        elif name in circling:
            advice = f"“{parent}”又归“{name}”管，上级绕成了圈。请改一个，专班自己留空。"
            check.report(entry, "parent", advice)
    for entry in check.entries["target"] + check.entries["duty"]:
        group = entry.values.get("group")
        if group is not None and group not in parents:
            check.report(entry, "group", NO_GROUP.format(group))


def check_members(check):
    """JSON 里一条条写的成员：组和干部要找得到。"""
    groups = {entry.key[0] for entry in check.final("group")}
    cadres = {entry.key for entry in check.final("cadre")}
    for entry in check.entries["member"]:
        if "group" not in entry.row.cells:  # 从工作组表拆出来的，拆的时候已经查过
            continue
        group, cadre = entry.values.get("group"), entry.values.get("cadre")
        if group and group not in groups:
            check.report(entry, "group", f"没有“{group}”这个工作组。请改成文件里有的工作组。")
        if cadre and tuple(cadre) not in cadres:
            advice = f"没有“{'，'.join(cadre)}”这名干部。请在干部里加上，或改成文件里有的。"
            check.report(entry, "cadre", advice)


def check_targets(check):
    """靠监测量的不填个数；有了图斑或监测数的，不能改靠什么量。"""
    for entry in check.entries["target"]:
        values, stored = check.full(entry), check.stored.get("target", entry.key)
        if not entry.row.bad & {"measured_by", "quota_count"}:
            target = Target(measured_by=values["measured_by"], quota_count=values["quota_count"])
            if sentence := target.count_refused():
                check.report(entry, "quota_count", sentence)
        if stored is None or values["measured_by"] in (None, stored.values["measured_by"]):
            continue
        if sentence := fixed_measure(stored.values["name"], **stored.object.uses()):
            check.report(entry, "measured_by", sentence)


def check_counts(check):
    """靠监测量的任务，分到村、分到步骤也不填个数。"""
    measured = {entry.key[0]: entry.values["measured_by"] for entry in check.final("target")}
    for entry in [*check.entries["allocation"], *check.entries["milestone"]]:
        values = check.full(entry)
        by_readings = measured.get(values["target"]) == Target.MeasuredBy.READINGS
        if by_readings and values["quota_count"] is not None and not entry.row.bad:
            check.report(entry, "quota_count", ALL_KINDS_OF_COUNT)


def check_milestones(check):
    by_target = {}
    for entry in check.entries["milestone"]:
        values = check.full(entry)
        if values["order"] is None and "order" not in entry.row.bad:
            check.report(entry, "order", "没有填“顺序”，请填上，从 1 起。")
        elif not entry.row.bad & {"target", "order"} and values["target"]:
            by_target.setdefault(values["target"], []).append(entry)
    for target, entries in by_target.items():
        in_file = [(step_of(check, entry), entry) for entry in entries]
        in_file.sort(key=lambda pair: pair[0].order)
        kept = [e.object for e in check.kept("milestone") if e.values["target"] == target]
        _check_orders(check, in_file, kept)
        _check_structure(check, target, in_file, kept)


def step_of(check, entry):
    """导入以后的这一步，不保存；库里有的带着主键。"""
    values, stored = check.full(entry), check.stored.get("milestone", entry.key)
    return Milestone(
        pk=stored.object.pk if stored else None,
        order=values["order"],
        code=values["code"] or "",
        name=values["name"] or "",
        actor=values["actor"],
        due_on=None if "due_on" in entry.row.bad else values["due_on"],
    )


def _check_orders(check, in_file, kept):
    """同一任务里顺序不重复。"""
    kept, seen = {step.order: step for step in kept}, {}
    for step, entry in in_file:
        order = step.order
        if order in seen:
            advice = f"顺序 {order} 和{seen[order].row.place}重复，同一任务的顺序要各不相同。"
            check.report(entry, "order", advice)
        elif order in kept:
            advice = (
                f"顺序 {order} 已被“{kept[order].name}”占用，文件里没有它。"
                "请把它补进文件，或在导入时选择删除文件里没有的行。"
            )
            check.report(entry, "order", advice, level="KEEP")
        seen.setdefault(order, entry)


def _check_structure(check, target, in_file, kept):
    """合在一起的规矩在 tasks.models.structure；连上文件里没有的行才不对的，只在保留那些行时算错。"""
    stored = check.stored.get("target", (target,))
    before = [
        entry.object
        for entry in check.stored.of("milestone")
        if stored and entry.values["target"] == target
    ]
    steps, entry_of = [step for step, _ in in_file], {id(step): entry for step, entry in in_file}
    taken, told = {step.order for step in steps}, set()
    kept = [step for step in kept if step.order not in taken]  # 占了位置的已经说过
    for level, after in (("ERROR", steps), ("KEEP", [*steps, *kept])):
        problems = step_problems(after) + moved_problems(stored, before, after)
        for problem in problems:
            if problem.sentence not in told:
                entry = entry_of.get(id(problem.step), in_file[-1][1])
                check.report(entry, problem.field, problem.sentence, level=level)
            told.add(problem.sentence)


def moved_problems(stored, before, after):
    """原有的步骤换了先后，才去查哪些有整改记录。"""
    if not place_problems(before, after, {step.pk for step in before}):
        return []
    return place_problems(before, after, plan_user().steps_with_records([stored.object.pk]))


def check_duties(check):
    """发现的问题归到哪项任务：代码要有，靠图斑量。"""
    targets = {entry.key[0]: entry.values for entry in check.final("target")}
    for entry in check.entries["duty"]:
        code = entry.values.get("problem_target")
        if code and code not in targets:
            advice = f"“{code}”不是目标任务的代码。请改成目标任务表里的，或留空。"
            check.report(entry, "problem_target", advice)
        elif code and targets[code].get("measured_by") == Target.MeasuredBy.READINGS:
            check.report(entry, "problem_target", problems_refused(targets[code].get("name")))


def check_readings(check):
    targets = {entry.key[0]: entry.values for entry in check.final("target")}
    withdrawn = withdrawn_readings(check)
    for entry in check.entries["reading"]:
        if (entry.key or ())[:5] in withdrawn:
            advice = "这一条在系统里已经撤回，不会再录进去。要录，请在“方案 → 监测数”里录。"
            check.report(entry, "value", advice, level="WARNING")
        target = targets.get(entry.values.get("target"))
        if target and target.get("measured_by") == "PATCHES":
            advice = f"“{target.get('name')}”靠图斑量，不用录入监测数。请删去这一行，或改目标代码。"
            check.report(entry, "target", advice)


def withdrawn_readings(check):
    """撤回了、又没有照样再录过的监测：{(任务, 村, 日期, 数值, 来源)}。"""
    stored = check.stored.entries["reading"]
    withdrawn = {key[:5] for key, entry in stored.items() if is_withdrawn(entry)}
    return withdrawn - {key[:5] for key, entry in stored.items() if not is_withdrawn(entry)}


def check_period(check):
    """截止日期、新录的监测要在方案的起止之间；别的日期不在的，提醒，不拦。"""
    plan = check.final("plan")
    starts_on, ends_on = (
        (plan[0].values.get(name) for name in ("starts_on", "ends_on")) if plan else (None, None)
    )
    is_bad = any(entry.row.bad & {"starts_on", "ends_on"} for entry in check.entries["plan"])
    if not starts_on or not ends_on or is_bad:
        return
    for entry in check.entries["milestone"]:
        if problem := deadline_problem(step_of(check, entry), starts_on, ends_on):
            check.report(entry, "due_on", problem.sentence)
    known = {key[:5] for key in check.stored.entries["reading"]}
    for entry in check.entries["milestone"] + check.entries["reading"]:
        is_new = entry.kind == "reading" and (entry.key or ())[:5] not in known
        for name in ("starts_on", "on"):
            day = entry.values.get(name)
            if day and not starts_on <= day <= ends_on:
                advice = f"{day} 不在方案的起止日期（{starts_on} 至 {ends_on}）之内，请核对。"
                check.report(entry, name, advice, level="ERROR" if is_new else "WARNING")
    _check_period_in_use(check, starts_on, ends_on)


def _check_period_in_use(check, starts_on, ends_on):
    """改了库里方案的起止日期：文件里没有的步骤和已有的记录，也要在里面。"""
    plan, entries = check.stored.plan, check.entries["plan"]
    if not plan or not entries or (starts_on, ends_on) == (plan.starts_on, plan.ends_on):
        return
    kept = [entry.object for entry in check.kept("milestone")]
    for problem in period_problems(starts_on, ends_on, kept, plan.days_in_use()):
        check.report(entries[0], problem.field, problem.sentence)


def blocked_deletions(check, missing):
    """文件里没有、但留下的行还在用的：[一句话]。删了就自相矛盾。"""
    gone = {(entry.kind, entry.key) for entry in missing}
    sentences = []
    for kind in ORDER:
        for entry in check.final(kind):
            if (kind, entry.key) in gone:
                continue
            where = (
                f"“{entry.row.sheet}”{entry.row.place}"
                if entry.row
                else f"{BY_KIND[kind].word}“{entry.label}”"
            )
            for column in BY_KIND[kind].columns:
                value, used = entry.values.get(column.field), column.kind
                if used in USED and kind not in ("member", "reading") and (used, (value,)) in gone:
                    sentences.append(
                        f"“{value}”不在文件的“{BY_KIND[used].title}”表里，但{where}还在用它，不能删。"
                        "请把它补进文件，或改掉用它的那一行。"
                    )
    return list(dict.fromkeys(sentences))
