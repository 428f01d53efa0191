"""演示图斑：每项靠图斑量的任务一批，照 casting 排好的事，用真的动作一件件办下来，不写将来的记录。"""

from datetime import time

from django.db import transaction
from django.utils import timezone

from plots import actions
from plots.actions.permissions import NotAllowed
from plots.ledger.replay import settle
from plots.models import Batch, Evidence, Patch, Reason, RectificationRecord
from taiping.demo import casting, words
from taiping.demo.calendar import handed_down, moment, windows
from taiping.demo.stories import CHECKER, CLERK, LEADER, VILLAGE
from tasks.models import Plan, Target
from villages.models import Role, User, Village

BATCH_NAME = "演示数据"
BY_REAL_USERS = "正式账号在演示图斑上录的记录"
NO_REASON = "材料不全"  # 理由表空着时


def load(seed=casting.SEED, now=None):
    """给已经开始的方案造图斑和记录；now 以后的事不办。返回 {"图斑": 个数, "整改记录": 条数}。"""
    now = now or timezone.now()
    for plan in Plan.objects.filter(starts_on__lte=timezone.localdate(now)):
        load_plan(plan, seed, now)
    return {
        "图斑": Patch.objects.filter(is_demo=True).count(),
        "整改记录": RectificationRecord.objects.filter(is_demo=True).count(),
    }


def load_plan(plan, seed, now):
    """一份方案的图斑和记录；返回没能照着办完的图斑编号（应当没有）。"""
    villages = list(Village.objects.all())
    targets = list(
        plan.targets.select_related("plan").prefetch_related(
            "allocations", "milestones__target__plan"
        )
    )
    measured = [target for target in targets if target.by_patches]
    endings = casting.endings(measured)
    patches, events = {}, []
    for number, target in enumerate(targets, 1):
        if not target.by_patches:
            continue
        found = windows(plan, list(target.milestones.all()))
        cast = casting.Cast(target, number, villages, found, endings[target.pk], seed=seed)
        patches |= create_patches(cast, min(handed_down(plan, found), now))
        events += [(event, target) for event in cast.events]
    last = min(now, moment(plan.ends_on, time(23, 59)))
    happened = [(event, target) for event, target in events if event.at <= last]
    happened.sort(key=lambda pair: (pair[0].at, pair[0].key))
    return Players(plan).play(happened, patches)


def create_patches(cast, at):
    """一项任务的批次和图斑；返回 {编号: Patch}。"""
    if not cast.specs:
        return {}
    by = User.objects.filter(is_demo=True, role=Role.STAFF).order_by("username").first()
    batch = Batch.objects.create(
        target=cast.target,
        name=BATCH_NAME,
        by=by,
        created_at=at,
        applied_at=at,
        counts={"new": len(cast.specs)},
        is_demo=True,
    )
    Patch.objects.bulk_create(
        Patch(
            target=cast.target,
            village=spec.village,
            code=cast.issued_code(place),
            area_mu=spec.area_mu,
            batch=batch,
            created_at=at,
            created_by=by,
            is_demo=True,
            **spec.facts,
        )
        for place, spec in enumerate(cast.specs)
    )
    made = list(batch.patches.order_by("pk"))
    for patch in made:
        settle(patch)
    return dict(zip(cast.codes, made, strict=True))


class Players:
    """办事的演示账号，和动作要的各样参数。"""

    def __init__(self, plan):
        users = User.objects.filter(is_demo=True)
        staff = list(users.filter(role=Role.STAFF).order_by("username"))
        self.town = {
            CLERK: staff[0],
            CHECKER: staff[-1],
            LEADER: users.filter(role=Role.LEADER).first(),
        }
        self.secretaries = {
            posting.pk: user
            for user in users.filter(role=Role.SECRETARY).prefetch_related("postings__village")
            for posting in (row.village for row in user.postings.all())
        }
        self.reasons = list(
            Reason.objects.filter(is_active=True, needs_note=False).values_list("text", flat=True)
        )
        self.year, self.refs = plan.year, 0

    def play(self, pairs, patches):
        """按先后办；有一件办不成，这块图斑后面的就不办了。返回办不成的编号。"""
        stuck = set()
        for event, target in pairs:
            if event.key in stuck or event.key not in patches:
                continue
            patch = patches[event.key]
            try:
                self.act(event, patch, list(target.milestones.all()))
            except NotAllowed:
                stuck.add(event.key)
            else:
                if event.verb == "split":
                    patches.update(
                        {child.code: child for child in patch.children.select_related("village")}
                    )
        return stuck

    def act(self, event, patch, milestones):
        given = dict(event.given)
        by = self.secretaries[patch.village_id] if event.by == VILLAGE else self.town[event.by]
        if "step" in given:
            place = given["step"]
            given["step"] = milestones[place]
            if event.verb == "report":
                given |= self.materials(milestones[: place + 1])
        if event.verb == "send_back":
            given["reasons"] = [self.reason(patch.target, given["reasons"])]
        getattr(actions, event.verb)(patch, by=by, on=event.on, at=event.at, **given)

    def reason(self, target, share):
        """退回理由表里合适的一条；share（0–1）定是哪一条。"""
        said = words.CASES if target.kind == Target.Kind.CASES else words.FIELDS
        fitting = [reason for reason in self.reasons if said.suits(reason)] or [NO_REASON]
        return fitting[int(share * len(fitting))]

    def materials(self, milestones):
        photos = max(milestone.min_photos for milestone in milestones)
        if not any(milestone.needs_external_ref for milestone in milestones):
            return {"photos": photos}
        self.refs += 1
        return {"photos": photos, "external_ref": f"演示-{self.year}-{self.refs:06d}"}


def clear():
    """删掉演示图斑和它们的全部记录、材料、批次；材料的文件在事务成了以后删。"""
    patches = Patch.objects.filter(is_demo=True)
    evidence = Evidence.objects.filter(patch__in=patches)
    records = RectificationRecord.objects.filter(patch__in=patches)
    files = [
        (field.storage, field.name)
        for item in evidence
        for field in (item.file, item.display, item.thumb)
        if field
    ]
    removed = {"举证材料": evidence.delete()[0]}
    removed[BY_REAL_USERS] = records.filter(by__is_demo=False).count()
    removed["整改记录"] = 0
    copied = records.filter(copy_of__isnull=False)
    while gone := records.exclude(pk__in=list(copied.values_list("copy_of", flat=True))).delete()[
        0
    ]:  # 转记先删
        removed["整改记录"] += gone
    removed["图斑"] = 0
    while gone := patches.filter(children=None).delete()[0]:  # 拆出来的先删
        removed["图斑"] += gone
    removed["批次"] = Batch.objects.filter(is_demo=True, patches=None).delete()[0]
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])
    return removed
