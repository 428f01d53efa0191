"""另算一遍：把一份方案的图斑、记录、监测取到手边，照业务的话一块一块地看，不用系统里算进度的任何一段。

慢，只在测试里用。town.day(on, basis) 看某一天，见 day；每一个数的样子见 told。
"""

from collections import defaultdict
from datetime import date

from django.utils import timezone

from plots.models import Kind, Patch, RectificationRecord
from tasks.models import Allocation, Milestone, Plan, Reading
from tests.worlds.replay.day import Day
from tests.worlds.replay.patch import Look
from villages.models import Village


class ReplayTown:
    """places 是每块图斑什么时刻起在哪个村、多少亩：{主键: [(时刻, 村, 亩)]}；没有给的，从更正的记录往回推。"""

    def __init__(self, plan, places=None):
        self.plan, self.places = plan, places or {}
        self.villages = list(Village.objects.order_by("order", "name"))
        self.targets = list(plan.targets.order_by("order"))
        self.steps = {
            target.pk: list(Milestone.objects.filter(target=target).order_by("order"))
            for target in self.targets
        }
        rows = Patch.objects.filter(target__plan=plan)
        self.patches = list(rows.select_related("carried_from").order_by("pk"))
        self.records = defaultdict(list)
        for record in RectificationRecord.objects.filter(patch__target__plan=plan).order_by("pk"):
            self.records[record.patch_id].append(record)
        self.readings = list(Reading.objects.filter(target__plan=plan))
        self.shares = {(row.target_id, row.village_id): row for row in _shares(plan)}
        self._looks = {}

    def day(self, on, basis="done", villages=None):
        """villages 给出时只看这些村（的主键）。"""
        return Day(self, on, basis, villages)

    def looks(self, on, basis):
        """{任务: [那天算数的图斑]}，看过一次就留着。"""
        if (on, basis) not in self._looks:
            found = self._looks[on, basis] = defaultdict(list)
            for patch in self.patches:
                if counts(patch, on, basis):
                    found[patch.target_id].append(Look(self, patch, on, basis))
        return self._looks[on, basis]

    def place(self, patch, on, basis):
        """(村, 亩)：按完成日期看，更正一直算数；按录入日期看，是那天记着的。"""
        now = patch.village_id, patch.area_mu
        if basis == "done":
            return now
        if patch.pk in self.places:
            known = [place for at, *place in self.places[patch.pk] if local(at) <= on]
            return tuple(known[-1]) if known else now
        return before_amendments(self, patch, on, now)


def _shares(plan: Plan):
    return Allocation.objects.filter(target__plan=plan)


def local(moment):
    return timezone.localdate(moment) if moment else None


def has_begun(patch, on, basis):
    began = local(patch.created_at) if basis == "recorded" else patch.since_on
    return (began or date.min) <= on


def counts(patch, on, basis):
    """这块图斑那天算不算：结转、拆分、移出的从那天起不算。"""
    ended = local(patch.until_at) if basis == "recorded" else patch.until_on
    return has_begun(patch, on, basis) and on < (ended or date.max)


def before_amendments(town, patch, on, now):
    """那天以后的第一条更正，写着那天的村和面积。"""
    for row in town.records[patch.pk]:
        if row.kind == Kind.AMEND and local(row.created_at) > on:
            return row.village_id, row.area_mu
    return now
