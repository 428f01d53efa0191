"""模型自己的规矩（CheckConstraint）：一行一行地问模型，不在这里再写一遍；这里只说报在哪一格、怎么引用原文。"""

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint

from tasks.workbook.columns import BY_KIND

# 别的类只有管一格的规矩，认那一格时字段自己已经看过；行数又多，不再一行一行地问。
KINDS = ("plan", "member", "target", "milestone", "allocation", "duty", "subsidy", "score_item")
# 规矩的名字 → (报在哪一格, 句子)；{rule} 是模型里的话。先报的在前，同一格只报一处。
# 没有列在这里的规矩也看，报在它管的第一格，句子就是模型里的话。
SENTENCES = {
    "plan_ends_after_it_starts": ("ends_on", "{ends_on} 不晚于开始日期 {starts_on}。{rule}"),
    "member_is_a_cadre_or_a_post": ("post", "{rule}"),
    "target_floor_is_measured_by_readings": ("measured_by", "{rule}"),
    "target_cases_are_measured_by_patches": ("measured_by", "{rule}"),
    "target_measured_by_patches_is_in_mu": ("unit", "“{unit}”不行：{rule}"),
    "target_villages_enter_only_readings": ("villages_may_enter", "{rule}"),
    "target_decimals_are_at_most_six": ("decimals", "“{decimals}”太大，{rule}"),
    "milestone_is_due_after_it_starts": (
        "due_on",
        "截止日期 {due_on} 早于开始日期 {starts_on}。请改其中一个。",
    ),
    "subsidy_rate_is_more_than_nothing": ("rate", "{rule}"),
    "subsidy_with_a_rate_says_what_earns_it": ("rate", "{rule}"),
    "score_item_section_only_gathers": ("rule", "{rule}"),
    "score_item_by_progress_names_one_source": ("target", "{rule}"),
    "score_item_by_hand_names_no_source": ("target", "{rule}"),
    "score_item_returns_are_of_every_target": ("target", "{rule}"),
    "score_item_missed_names_a_duty": ("duty", "{rule}"),
    "score_item_only_missed_counts_a_duty": ("duty", "{rule}"),
    "score_item_penalty_says_how_much": ("counted", "{rule}"),
    "score_item_only_a_penalty_counts": ("counted", "{rule}"),
    "score_item_below_nothing_only_outside": ("floor", "{rule}"),
    "score_item_floor_is_not_above_full": ("floor", "{rule}"),
    "score_item_ceiling_is_not_below_full": ("ceiling", "{rule}"),
    "score_item_can_score": ("floor", "{rule}"),
}
ORDER = list(SENTENCES)


def check_models(check):
    for kind in KINDS:
        model, answers = BY_KIND[kind].model, {}
        for constraint in constraints_of(model):
            for entry in check.entries[kind]:
                _check(check, entry, model, constraint, answers)


def constraints_of(model) -> list[CheckConstraint]:
    """模型的 CheckConstraint，要先报的在前。说到自己的编号的不看：文件里的行没有编号，另有规矩（nesting）。"""
    found = [each for each in model._meta.constraints if isinstance(each, CheckConstraint)]
    found = [each for each in found if "id" not in each.condition.referenced_base_fields]
    return sorted(found, key=lambda each: ORDER.index(each.name) if each.name in ORDER else 99)


def _check(check, entry, model, constraint, answers):
    names, values = constraint.condition.referenced_base_fields, check.full(entry)
    stored = check.stored.get(entry.kind, entry.key)
    # 库里的已经守着规矩：没有改的不用问
    is_changed = stored is None or any(values[name] != stored.values[name] for name in names)
    if entry.row.bad & names or not is_changed:
        return
    plain = {name: _plain(model, name, values[name]) for name in names}
    asked = (constraint.name, *sorted(plain.items()))
    if asked not in answers:  # 几行的值一样，只问一次
        answers[asked] = _broken(model, constraint, plain)
    if rule := answers[asked]:
        name, sentence = SENTENCES.get(constraint.name, (min(names), "{rule}"))
        check.report(entry, name, sentence.format(**{**values, "rule": rule}))


def _plain(model, name, value):
    """引用别的行的，这时还没有编号，规矩看的是有没有：有就当是 1。"""
    return (value and 1) if model._meta.get_field(name).is_relation else value


def _broken(model, constraint, values):
    """违反了的，模型里的那句话；没有违反是空串。"""
    columns = {model._meta.get_field(name).attname: value for name, value in values.items()}
    try:
        constraint.validate(model, model(**columns))
    except ValidationError as error:
        return "".join(error.messages)
    return ""
