"""评分表的满分：照大项分好组，加起来对不对；对不上的只说，不拦。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from taiping.ground.area import figure
from tasks.models.assessment import NO_POINTS, ScoreItem

WHOLE = Decimal(100)


@dataclass
class Group:
    """一个大项和它下面的；不归在大项下面的，一项自己一组，section 是 None。"""

    section: ScoreItem | None
    items: list[ScoreItem] = field(default_factory=list)

    @property
    def full(self) -> Decimal:
        return self.section.full if self.section else self.items[0].full

    @property
    def outside(self) -> bool:
        return self.section.outside if self.section else self.items[0].outside


def groups_of(items: Iterable[ScoreItem]) -> list[Group]:
    """一份方案的全部考核项，照先后分好组。"""
    items = sorted(items, key=lambda item: item.order)
    groups, of_section = [], {}
    for item in items:
        if item.is_section:
            of_section[item.code] = Group(item)
    for item in items:
        section = item.section.code if item.section else None
        if item.is_section:
            groups.append(of_section[item.code])
        elif section in of_section:
            of_section[section].items.append(item)
        else:
            groups.append(Group(None, [item]))
    return groups


def marks_doubts(items: Iterable[ScoreItem]) -> list[str]:
    """满分对不上的，一样一句话；只说，不拦。"""
    doubts, groups = [], groups_of(items)
    for group in groups:
        section = group.section
        if section and not group.items:
            doubts.append(f"大项“{section.name}”下面还没有考核项，评不出分。")
        elif section:
            inside = [item.full for item in group.items if item.outside == section.outside]
            total = sum(inside, NO_POINTS)
            if total != section.full:
                doubts.append(
                    f"“{section.name}”满分 {figure(section.full)}，"
                    f"下面几项合计 {figure(total)}，{_gap(total - section.full)}。"
                )
    whole = sum((group.full for group in groups if not group.outside), NO_POINTS)
    if groups and whole != WHOLE:
        doubts.append(f"百分以内的满分合计 {figure(whole)}，不是 100，{_gap(whole - WHOLE)}。")
    return doubts


def _gap(more):
    return f"{'多' if more > 0 else '少'} {figure(abs(more))}"
