"""一次次的履职记录：地址里写的哪项工作、哪个村、哪一段、有没有发现问题，一页列出来；总览、各段的数点开就是它。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from plots.ledger.as_of import LedgerAt
from plots.ledger.duties import found_in
from plots.models import Patch
from taiping.ground.actors import said
from taiping.ground.dates import parse_day
from taiping.ground.permissions import refusal
from taiping.ground.web import whole_number
from tasks.models import DutyEntry, Milestone

PROBLEMS = {
    "told": "写了发现问题的",
    "found": "添加了图斑的",
    "stopped": "当天制止的",
    "open": "图斑还没了结的",
}
WHO = {"villages": said("{村}里记的"), "town": said("{镇}里记的")}


@dataclass
class Row:
    entry: DutyEntry
    patches: list[Patch]
    may_withdraw: bool


class Listing:
    """看的是今天的，撤回的也列；看别的日子、按录入日期的，只列那天算数的。"""

    def __init__(self, request, question, figures, villages):
        given, self.user = request.GET, request.user
        self.question = question
        duties = {row.duty.code: row.duty for row in figures}
        self.duty = duties.get(given.get("duty"))
        wanted = whole_number(given.get("village"))
        self.village = next((place for place in villages if place.pk == wanted), None)
        self.since, self.until = _day(given.get("from")), _day(given.get("to"))
        self.problems = given.get("problems") if given.get("problems") in PROBLEMS else ""
        self.who = given.get("who") if given.get("who") in WHO else ""
        self.entries = self._entries(duties.values())

    @property
    def is_narrowed(self):
        within = self.since or self.until
        return bool(self.duty or self.village or within or self.problems or self.who)

    @property
    def problems_text(self):
        return PROBLEMS.get(self.problems, "")

    @property
    def who_text(self):
        return WHO.get(self.who, "")

    def _entries(self, duties):
        question = self.question
        duties = [self.duty] if self.duty else list(duties)
        found = DutyEntry.objects.visible_to(self.user).filter(duty__in=duties)
        shows_withdrawn = question.is_today and not (self.since or self.until or self.problems)
        if not shows_withdrawn:
            found = found.known(question.on, question.basis).filter(on__lte=question.on)
        within = {"village": self.village, "on__gte": self.since, "on__lte": self.until}
        found = found.filter(**{name: value for name, value in within.items() if value})
        if self.who:
            found = found.filter(village__isnull=self.who == "town")
        if self.problems:
            found = found.filter(self._with_problems())
        return found.select_related("duty__problem_target", "village", "by", "withdrawn_by")

    def _with_problems(self):
        if self.problems == "told":
            return Q(problems__gt=0)
        patches = Patch.objects.filter(duty_entry=OuterRef("pk"))
        if self.problems == "found":
            return Q(Exists(found_in(patches, self.question.on, self.question.basis)))
        if self.problems == "stopped":
            at_once = patches.filter(stopped_on=F("found_on"))
            return Q(Exists(found_in(at_once, self.question.on, self.question.basis)))
        return Q(Exists(self._open(patches)))

    def _open(self, patches):
        """那天还没有了结的：先在有履职记录的图斑里挑好，再看是不是这一条的。"""
        question = self.question
        there = Patch.objects.filter(duty_entry__isnull=False).counting(question.on, question.basis)
        steps = question.plan.targets.filter(feeding_duties__isnull=False).values("milestones")
        at = LedgerAt(question.on, question.basis, _milestones(steps))
        return patches.filter(pk__in=at.pick(there, at.in_state("open")).values("pk"))

    def rows(self, page) -> list[Row]:
        """一页的记录，各带着自己的图斑：一次查询。"""
        entries = list(page)
        patches = defaultdict(list)
        for patch in Patch.objects.visible_to(self.user).filter(duty_entry__in=entries):
            patches[patch.duty_entry_id].append(patch)
        return [
            Row(
                entry, patches[entry.pk], not refusal("tasks.withdraw_duty_entry", self.user, entry)
            )
            for entry in entries
        ]


def _milestones(steps):
    return Milestone.objects.filter(pk__in=steps).order_by("target", "order")


def _day(text):
    try:
        return parse_day(text or "")
    except ValueError:
        return None
