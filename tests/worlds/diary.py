"""日记：一段历史里每块图斑办过的事，照着先后记下来，演一遍就知道哪天该是什么样（tests/worlds/replay/deeds.py）。"""

from datetime import date

from plots.models import Kind, Patch, RectificationRecord
from tasks.models import Milestone
from tests.worlds.replay.deeds import Deed, Story

ENDS = {"split": "PENDING", "remove": "REMOVED"}


class Diary:
    """stories 是 {图斑主键: Story}；areas 是最近一次看到的面积。"""

    def __init__(self, clock):
        self.clock, self.stories, self.areas = clock, {}, {}

    def keep_up(self):
        """新来的图斑从头记起；面积变了的，是更正。"""
        for patch in Patch.objects.order_by("pk"):
            if patch.pk not in self.stories:
                self.stories[patch.pk] = Story(_steps(patch), patch.area_mu)
            elif patch.area_mu != self.areas[patch.pk]:
                self.note(patch, "amend", self.clock.day, area=patch.area_mu)
            self.areas[patch.pk] = patch.area_mu

    def just_amended(self):
        """最后一件办的是更正的图斑；督办不算。"""
        last = {}
        for record in RectificationRecord.objects.exclude(kind=Kind.REMARK).order_by("pk"):
            last[record.patch_id] = record.kind
        return [pk for pk, kind in last.items() if kind == Kind.AMEND]

    def restored(self, pks):
        """撤回导入时，刚更正过的面积原样放回，和没有更正过一样。"""
        for patch in Patch.objects.filter(pk__in=pks):
            if patch.area_mu != self.areas[patch.pk]:
                self.stories[patch.pk].take_back(self.clock.day, "amend")
                self.areas[patch.pk] = patch.area_mu

    def note(self, patch, verb, on, **words):
        deed = Deed(on, self.clock.day, verb, words)
        self.stories[patch.pk].deeds.append(deed)

    def did(self, patch, verb, on, given):
        """对一块图斑办成了一笔。"""
        step = given.get("step") and given["step"].code
        if verb == "report":
            area, completes = given.get("area_mu"), given.get("completes", False)
            for code in self.stories[patch.pk].now().steps_to_report(step):
                self.note(patch, "report", on, step=code, area=area, completes=completes)
        elif verb in ENDS:
            self.note(patch, "end", on, status=ENDS[verb])
        elif verb in ("send_back", "relapse"):
            self.note(patch, verb, on, step=step)
        elif verb != "amend":
            self.note(patch, verb, on)

    def carried(self, moves, on):
        """结转了：老的从那天起不再算，新的从那天起是老的那时的样子；那边办过的照那边的。"""
        self.keep_up()
        for move in moves:
            old = self.stories[move.patch.pk].now()
            there = Patch.objects.get(carried_from=move.patch)
            self.note(move.patch, "end", on, status="CARRIED")
            if all(deed.verb == "insert" for deed in self.stories[there.pk].deeds):
                self.note(there, "carried", on, old=old)

    def inserted(self, target, place, step):
        """插了一步；后面那一步只做了一部分的，记下是哪一回。"""
        for patch in Patch.objects.filter(target=target):
            now = self.stories[patch.pk].now()
            is_begun = place < len(now.steps) and now.parts[place] and not now.done[place]
            begun = now.rounds[place] if is_begun else None
            self.note(patch, "insert", date.min, place=place, step=step, begun=begun)


def _steps(patch):
    steps = Milestone.objects.filter(target=patch.target_id).order_by("order")
    return [(step.code, step.actor) for step in steps]
