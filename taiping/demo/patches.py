"""演示图斑：每项靠图斑量的任务一批，照表里排好的事，用真的动作一件件办下来，不写将来的记录。"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from plots import actions
from plots.evidence import drop
from plots.ledger.replay import settle
from plots.models import Batch, Evidence, Patch, PendingEvidence, Reason, RectificationRecord
from taiping.demo import documents, timelines
from taiping.demo.area_split import planned_patches
from taiping.demo.assignments import assign, outcomes, paces
from taiping.demo.timelines import Timeline
from taiping.ground import dates
from tasks.models import Plan, Target
from villages.models import Posting, Role, User, Village

BATCH_NAME = "演示数据"
BY_REAL_USERS = "正式账号在演示图斑上录的记录"
NO_REASON = "材料不全"  # 理由表里没有表上写的那一条


def load(now: datetime | None = None) -> dict[int, int]:
    """给已经开始的方案造图斑和记录，now 以后的事不办；返回表里要附照片的 {记录主键: 张数}。"""
    now, photos = now or dates.now(), {}
    for plan in Plan.objects.filter(starts_on__lte=timezone.localdate(now)):
        loader = PlanLoader(plan, now)
        loader.load()
        photos |= loader.photos
    return photos


class PlanLoader:
    """装一份方案。photos 是要附照片的记录，stuck 是没能照着办完的图斑编号（应当没有）。"""

    def __init__(self, plan: Plan, now: datetime):
        self.plan, self.now, self.uploads = plan, now, 0
        users = User.objects.filter(is_demo=True)
        staff = list(users.filter(role=Role.STAFF).order_by("username"))
        leader = users.filter(role=Role.LEADER).first()
        self.town = {timelines.STAFF: staff[0], timelines.SECOND: staff[-1], "leader": leader}
        postings = Posting.objects.filter(user__in=users, user__role=Role.SECRETARY)
        self.secretaries = {row.village_id: row.user for row in postings.select_related("user")}
        self.reasons = set(Reason.objects.filter(is_active=True).values_list("text", flat=True))
        self.photos: dict[int, int] = {}
        self.stuck: set[str] = set()

    def load(self) -> None:
        targets = list(
            self.plan.targets.prefetch_related("allocations", "milestones__target__plan")
        )
        outcome = outcomes([target for target in targets if target.by_patches])
        for number, target in enumerate(targets, 1):
            if target.by_patches:
                self._load_target(target, number, outcome[target.pk])

    def _load_target(self, target: Target, number: int, outcome: str) -> None:
        """下发一项任务的一批图斑，再一块一块照写法办。"""
        villages = list(Village.objects.all())
        patches = planned_patches(target, number, villages)
        if not patches:
            return
        staff = self.town[timelines.STAFF]
        steps = timelines.steps_of(self.plan, list(target.milestones.all()))
        at = min(timelines.handed_down(self.plan, steps), self.now)
        batch = Batch(target=target, name=BATCH_NAME, by=staff, created_at=at, applied_at=at)
        batch.counts, batch.is_demo = {"new": len(patches)}, True
        batch.save()
        stories = assign(patches, outcome, paces(villages))
        for patch, story in zip(patches, stories, strict=True):
            patch.batch, patch.created_at, patch.created_by = batch, at, staff
            patch.is_demo = True
            if story == "recoded":  # 下发时多抄了一位，后面更正
                patch.code += "0"
        Patch.objects.bulk_create(patches)
        for place, patch in enumerate(patches):
            settle(patch)
            try:
                Timeline(patch, steps, self.act, place).tell(stories[place])
            except actions.NotAllowed:
                self.stuck.add(patch.code)

    def act(self, patch: Patch, verb: str, by: str, *, on: date, at: datetime, **given) -> None:
        """用真的动作办一件事。还没到的、方案结束以后的 NotYet，办不成的 NotAllowed。"""
        if at > self.now or timezone.localdate(at) > self.plan.ends_on:
            raise timelines.NotYet
        person = self.secretaries[patch.village_id] if by == timelines.VILLAGE else self.town[by]
        shown = given.get("photos")
        if verb == "report":
            given |= self._materials(patch.target, given)
        elif verb == "send_back":
            known = [reason for reason in given["reasons"] if reason in self.reasons]
            given["reasons"] = known or [NO_REASON]
        record = getattr(actions, verb)(patch, by=person, on=on, at=at, **given)
        if shown:
            self.photos[record.pk] = shown

    def _materials(self, target, given):
        """报到这一步为止要的照片张数和上传编号。"""
        steps = [step for step in target.milestones.all() if step.order <= given["step"].order]
        photos = max(given["photos"], *(step.min_photos for step in steps))
        if not any(step.needs_external_ref for step in steps):
            return {"photos": photos}
        self.uploads += 1
        return {"photos": photos, "external_ref": f"演示-{self.plan.year}-{self.uploads:06d}"}


def clear() -> dict[str, int]:
    """删掉演示图斑和它们的全部记录、材料、批次；材料的文件在事务成了以后删。"""
    patches = Patch.objects.filter(is_demo=True)
    records = RectificationRecord.objects.filter(patch__in=patches)
    evidence = Evidence.objects.filter(patch__in=patches)
    files = []
    for item in evidence:
        files += [part for part in (item.file, item.display, item.thumb) if part]
    by_real_users = records.filter(by__is_demo=False).count()
    drop(PendingEvidence.objects.filter(patch__in=patches))
    records.update(copy_of=None)  # 转记、拆出来的、结转来的指着原来的，先松开才删得掉
    patches.update(split_from=None, carried_from=None)
    removed = documents.clear() | {
        "举证材料": evidence.delete()[0],
        BY_REAL_USERS: by_real_users,
        "整改记录": records.delete()[0],
        "图斑": patches.delete()[0],
        "批次": Batch.objects.filter(is_demo=True, patches=None).delete()[0],
    }
    transaction.on_commit(lambda: [part.storage.delete(part.name) for part in files])
    return removed
