"""台账的一页：每块图斑一行，带着状态、下一步和截止日期；看过去某天时是那天的样子。"""

import datetime
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Count, Sum

from plots.ledger.papers import Papers, papers_of
from plots.models import Patch, Status
from plots.models.deadlines import days_left_text, due_of
from plots.models.querysets import NOT_PRESSED
from tasks.models import Milestone

PAGE = 50


@dataclass
class Row:
    patch: Patch
    status: str
    text: str
    step: Milestone | None
    on: datetime.date
    own_due_on: datetime.date | None = None  # 反弹另定的截止日期
    papers: Papers | None = None  # 要交材料的整改路径才有

    @property
    def due_on(self):
        return due_of(self.step, self.own_due_on) if self.step else None

    @property
    def is_pressed(self):
        return self.step is not None and self.status not in NOT_PRESSED

    @property
    def is_again(self):
        """反弹了，正在重新整改。"""
        return self.is_pressed and self.own_due_on is not None

    @property
    def days_text(self):
        return days_left_text(self.due_on, self.on) if self.is_pressed else ""

    @property
    def is_late(self):
        return self.is_pressed and self.due_on < self.on


class CountedPages(Paginator):
    """一共几个已经查过了，不再另查。"""

    def __init__(self, patches, total, size=PAGE):
        super().__init__(patches, size)
        self.total = total

    @cached_property
    def count(self):
        return self.total


def totals(patches):
    """(个, 亩)：一次查询。"""
    found = patches.order_by().aggregate(count=Count("pk"), area=Sum("area_mu"))
    return found["count"], found["area"] or Decimal(0)


def rows_of(patches, filters):
    """一页图斑 → 行；patches 已取好任务、方案、村、下一步。"""
    patches = list(patches)
    states = {}
    if filters.is_as_of:
        filters.ledger.look_up(patches)
        states = filters.ledger.standings(patches, filters.matched)
        patches = [filters.ledger.tell(patch) for patch in patches]
    rows = []
    for patch in patches:
        status, text, step = patch.status, patch.status_text, patch.next_milestone
        own_due_on = patch.due_on
        if state := states.get(patch.pk):
            status, step, own_due_on = state.status, state.next_milestone, state.due_on
            text = text if patch.is_split and filters.ending else Status(status).label
        if step is not None:
            step.target = patch.target
        rows.append(Row(patch, status, text, step, filters.day, own_due_on))
    return rows


def with_papers(rows, filters):
    """一页的行带上整改材料齐了几样；没有要交材料的不查，核查无问题的不用交。"""
    patches = [row.patch for row in rows if row.status != Status.EXEMPT]
    papers = papers_of(patches, filters.scope.routes, filters.day, filters.papers_basis)
    for row in rows:
        row.papers = papers.get(row.patch.pk)
    return rows


def rows_on(ledger, patches):
    """那天（ledger）算数的图斑 → 行。"""
    states, rows = ledger.states(patches), []
    for patch in patches:
        state = states[patch.pk]
        step = state.next_milestone
        text = Status(state.status).label
        if step is not None:
            step.target = patch.target
        rows.append(
            Row(ledger.tell(copy(patch)), state.status, text, step, ledger.on, state.due_on)
        )
    return rows
