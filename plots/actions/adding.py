"""手工添加图斑：能加到哪些任务和村，下一个空号，像不像已有的，重复提交只算一次。"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain

from django.db.models import Count, Q

from plots import actions, evidence
from plots.evidence import Checked
from plots.ledger.replay import steps_of
from plots.models import Kind, Patch, RectificationRecord
from taiping.ground import dates
from taiping.ground.codes import code_key, look
from tasks.models import Plan, Target
from villages.models import User, Village

PREFIX = "补-"  # 手工添加的自成一列，不占上级下发的号
AGAIN = datetime.timedelta(minutes=10)  # 这么短时间里一模一样的再来一次，当作重复提交
CLOSE = Decimal("0.005")  # 显示两位小数时看不出差别的面积


def open_targets(user: User, plans: Sequence[Plan]) -> list[Target]:
    """这个人现在能往里添加图斑的任务：眼下的方案里的，和早开始、还有图斑没了结的方案里的；新方案的在前。

    plans 是 Plan.objects.begun 给的，眼下的在最前。
    """
    targets = chain.from_iterable(plan.targets.all() for plan in plans)
    targets = [target for target in targets if user.has_perm("plots.add_patch", target)]
    older = {target.plan_id for target in targets} - {plan.pk for plan in plans[:1]}
    if not older:
        return targets
    unfinished = Patch.objects.open().filter(target__plan__in=older).order_by()
    finished = older - set(unfinished.values_list("target__plan", flat=True).distinct())
    return [target for target in targets if target.plan_id not in finished]


def asked_of(target: Target) -> set[str]:
    """往这项任务里添加，除了人人都要的，还问哪几样。看的是已有的数，不是任务的代码：

    整改路径只有问题清单才问，和空白导入表一样；地类要下发的图斑带着才问，一块都还没有下发的不知道，也问。
    """
    issued = Patch.objects.filter(target=target, batch__isnull=False)
    with_land = Count("pk", filter=~Q(land_before="") | ~Q(land_after=""))
    counts = issued.aggregate(all=Count("pk"), with_land=with_land)
    asked = {"remedy"} if target.kind == Target.Kind.CASES else set()
    if counts["with_land"] or not counts["all"]:
        asked |= {"land_before", "land_after"}
    return asked


def next_code(target: Target, village: Village) -> str:
    """这个村这项任务里的下一个空号：补-001、补-002……"""
    codes = Patch.objects.filter(target=target, village=village, code__startswith=PREFIX)
    tails = (code.removeprefix(PREFIX) for code in codes.values_list("code", flat=True))
    numbers = [
        int(tail) for tail in tails if tail.isascii() and tail.isdecimal() and len(tail) < 10
    ]
    return f"{PREFIX}{max(numbers, default=0) + 1:03d}"


def folded(code: str) -> str:
    """编号去掉写法上的差别：全半角、大小写、字形相近的字、分隔符、前面的 0。"""
    return look(code).replace("-", "")


def lookalikes(
    target: Target,
    village: Village,
    *,
    code: str = "",
    area_mu: Decimal | None = None,
    place: str = "",
    contractor: str = "",
) -> list[Patch]:
    """同村同任务里看着像的图斑，最多五块：面积一样，或小地名、承包人相近，或编号只是写法不同。"""
    here = Patch.objects.current().filter(target=target, village=village)
    like = Q()
    if area_mu is not None:
        like |= Q(area_mu__gt=area_mu - CLOSE, area_mu__lt=area_mu + CLOSE)
    if place:
        like |= Q(place__icontains=place)
    if contractor:
        like |= Q(contractor__icontains=contractor)
    if code:
        pairs = here.values_list("pk", "code")
        like |= Q(pk__in=[pk for pk, other in pairs if folded(other) == folded(code)])
    return list(here.filter(like).order_by("code")[:5]) if like else []


def repeated(target: Target, village: Village, *, by: User, code: str, **facts) -> Patch | None:
    """这个人刚刚加过的一模一样的图斑，没有是 None：按了两次按钮、退回去又交一次，都只算一块。"""
    same = {name: facts.get(name, "") for name in ("area_mu", "place", "contractor")}
    same |= {name: facts.get(name) for name in ("found_lat", "found_lon", "duty_entry")}
    if facts.get("since_on"):
        same["since_on"] = facts["since_on"]
    recent = Patch.objects.filter(
        target=target,
        village=village,
        created_by=by,
        created_at__gt=dates.now() - AGAIN,
        batch=None,
        split_from=None,
        **same,
    )
    return (recent.filter(code_key=code_key(code)) if code else recent).order_by("-pk").first()


def add(
    target: Target,
    village: Village,
    *,
    by: User,
    code: str = "",
    photos: Sequence[Checked] = (),
    **facts,
) -> tuple[Patch, bool]:
    """添加一块图斑，连同发现时的照片：没给编号就用下一个空号。→ (图斑, 是不是新加的)

    刚刚加过一模一样的，返回那一块，同一张照片不再存。一个事务，存不下照片的什么也不留。
    """
    with evidence.saving():
        Target.objects.select_for_update().get(pk=target.pk)  # 两个人同时添加时排队，空号不会撞
        first = repeated(target, village, by=by, code=code, **facts)
        patch = first or actions.add_patch(
            target, village, code=code or next_code(target, village), by=by, **facts
        )
        if photos:
            record = _found(patch, by)
            for checked in photos:
                evidence.store(record, checked, by)
        return patch, first is None


def _found(patch, by):
    """发现的那一条记录，照片挂在上面；重复提交的用第一次的。"""
    if record := patch.records.filter(kind=Kind.FOUND).first():
        return record
    steps = steps_of(patch)
    if not steps:
        raise actions.NotAllowed(
            f"“{patch.target.name}”还没有时间节点，照片存不下；请管理员先在方案里补上，或不带照片添加。"
        )
    return RectificationRecord.objects.create(
        patch=patch,
        village=patch.village,
        milestone=steps[0],
        kind=Kind.FOUND,
        done_on=patch.since_on,
        by=by,
    )
