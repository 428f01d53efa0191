"""撤回一次导入：新增的图斑删掉，改动的放回原来的样子；一个事务，批次留着，记作已撤回。"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from plots import actions, evidence
from plots.geometry.attach import refresh
from plots.importing.apply import Refused
from plots.importing.compare import CHUNK, LABELS
from plots.ledger.replay import STATEFUL
from plots.models import (
    Batch,
    BatchBefore,
    GeometryCheck,
    Kind,
    Patch,
    PatchShape,
    PendingEvidence,
    RectificationRecord,
    RemedyDocument,
    RouteChange,
    SupervisionOrder,
)
from taiping.ground import dates
from taiping.ground.area import plain
from tasks.models import Milestone
from villages.models import User, Village

IN_ONE = 900  # SQLite 一句里的参数有限
AMENDED = "按更正办理的面积、村"  # 放回了，但不由这里写


@dataclass
class Undone:
    """撤回了什么：removed 删掉几个新增的；back 几个改动的放回了；stuck 是放不回的，各一句话。"""

    batch: Batch
    removed: int = 0
    back: int = 0
    stuck: list[str] = field(default_factory=list)
    unkept: int = 0  # 以前的导入没有留原来的值，放不回的个数
    first_step: Milestone | None = None
    amendments: list[RectificationRecord] = field(default_factory=list)  # 等着一起存的更正
    rerouted: list[RouteChange] = field(default_factory=list)  # 等着一起存的整改路径


def refusal(batch: Batch) -> str:
    """现在不能撤回的原因；能撤回是空文字。"""
    if batch.withdrawn_at:
        moment = timezone.localtime(batch.withdrawn_at)
        return f"这次导入已经由{batch.withdrawn_by}在 {moment:%Y-%m-%d %H:%M} 撤回了。"
    if not batch.applied_at:
        return "这份文件没有导入过，没有可撤回的。"
    if batch.kind == Batch.Source.CLOUD:
        return "上传结果导入的是上报，要改请在图斑上退回。"
    new = Patch.objects.filter(batch=batch)
    worked = RectificationRecord.objects.exclude(kind=Kind.AMEND).filter(patch=OuterRef("pk"))
    handed = RemedyDocument.objects.filter(patch=OuterRef("pk")).order_by()
    used = new.filter(Exists(worked) | Exists(handed) | Q(carried_from__isnull=False))
    if count := used.count():
        return (
            f"这次新增的图斑里有 {count} 个已经有了记录或整改材料，不能整批撤回；"
            "不该有的可以在图斑页上一块块移出台账。"
        )
    ordered = SupervisionOrder.patches.through.objects.filter(patch__batch=batch)
    if count := ordered.values("patch").distinct().count():
        return (
            f"这次新增的图斑里有 {count} 个写在督办单上，不能整批撤回；"
            "不该有的可以在图斑页上一块块移出台账。"
        )
    return ""


def rehearse(batch: Batch, *, by: User) -> Undone:
    """会撤回什么：真做一遍再退回去，所以和做的一样。不能撤回抛 Refused。"""
    with transaction.atomic():
        undone = _undo(batch, by)
        transaction.set_rollback(True)
    return undone


@transaction.atomic
def undo(batch: Batch, *, by: User) -> Undone:
    """撤回；不能撤回抛 Refused，什么也不动。"""
    return _undo(batch, by)


def _undo(batch, by):
    Batch.objects.select_for_update().values_list("pk").get(pk=batch.pk)
    batch = Batch.objects.select_related("target__plan", "withdrawn_by").get(pk=batch.pk)
    new = Patch.objects.filter(batch=batch).order_by("pk")
    pks = list(new.select_for_update().values_list("pk", flat=True))
    if sentence := refusal(batch):
        raise Refused(sentence)
    undone = Undone(batch, first_step=batch.target.milestones.order_by("order").first())
    before = BatchBefore.objects.filter(batch=batch).first()
    if before is None:
        undone.unkept = batch.counts.get("changed", 0)
    else:
        _put_back(undone, before.changes, by)
        RectificationRecord.objects.bulk_create(undone.amendments, batch_size=IN_ONE)
        RouteChange.objects.bulk_create(undone.rerouted, batch_size=IN_ONE)
    _remove(pks)
    undone.removed = len(pks)
    batch.withdrawn_at, batch.withdrawn_by = dates.now(), by
    batch.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return undone


def _remove(pks):
    """连着图形、检查、先传来的照片和更正的记录（refusal 看过，没有别的记录）。

    不走逐块的删除：十万块不用一块块地记修改记录，批次的撤回记着。
    """
    for part in _parts(pks, IN_ONE // 2):
        evidence.drop(PendingEvidence.objects.filter(patch__in=part))
        for rows in (
            GeometryCheck.objects.filter(Q(patch__in=part) | Q(other__in=part)),
            PatchShape.objects.filter(pk__in=part),
            RectificationRecord.objects.filter(patch__in=part),
            RouteChange.objects.filter(patch__in=part),
            Patch.objects.filter(pk__in=part),
        ):
            rows.order_by()._raw_delete(rows.db)


def _parts(things, size) -> Iterator[list]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _put_back(undone, changes, by):
    shaped = set()
    for part in _parts(changes, CHUNK // 10):
        patches = Patch.objects.select_for_update().in_bulk([pk for pk, *_ in part])
        shapes = PatchShape.objects.in_bulk(list(patches))
        worked = set(
            RectificationRecord.objects.filter(patch__in=list(patches), kind__in=STATEFUL)
            .order_by()
            .values_list("patch", flat=True)
        )
        changed, fields = [], set()
        for pk, values, shape in part:
            patch = patches.get(pk)
            if patch is None:
                continue
            done = _values_back(undone, patch, values, pk in worked, by)
            fields |= done
            if done - {AMENDED}:
                changed.append(patch)
            if shape and _shape_back(undone, patch, shapes.get(pk), shape):
                shaped.add(pk)
                done = done | {"shape"}
            if "area_mu" in done:
                shaped.add(pk)
            undone.back += bool(done)
        fields.discard(AMENDED)
        if changed:
            Patch.objects.bulk_update(changed, sorted(fields), batch_size=500)
    refresh(shaped)


def _values_back(undone, patch, values, has_records, by):
    """放回能放回的；返回放回了哪几项。后来又改过的不动，记一句话。"""
    done = set()
    if patch.has_ended:
        undone.stuck.append(f"图斑 {patch.code} 已经不再算了，不动。")
        return done
    if "village" in values:
        done |= _moved_back(undone, patch, values, by)
        values = {name: pair for name, pair in values.items() if name not in ("village", "area_mu")}
    for name, pair in values.items():
        if name == "extra":
            done |= _extra_back(undone, patch, pair)
        elif name == "area_mu":
            done |= _area_back(undone, patch, pair, has_records, by)
        elif getattr(patch, column := Patch._meta.get_field(name).attname) == pair[1]:
            setattr(patch, column, pair[0])
            done.add(name)
            if name == "remedy":
                undone.rerouted.append(_rerouted(patch, pair, by))
        else:
            undone.stuck.append(_changed_since(patch, LABELS[name]))
    return done


def _rerouted(patch, pair, by):
    old, new = pair
    return RouteChange(patch=patch, was_id=new, became_id=old, by=by)


def _changed_since(patch, label):
    return f"图斑 {patch.code} 的“{label}”后来又改过，不动。"


def _extra_back(undone, patch, pairs):
    extra = dict(patch.extra)
    for key, (old, new) in pairs.items():
        if extra.get(key) != new:
            undone.stuck.append(_changed_since(patch, key))
        elif old is None:
            del extra[key]
        else:
            extra[key] = old
    if extra == patch.extra:
        return set()
    patch.extra = extra
    return {"extra"}


def _moved_back(undone, patch, values, by):
    """换了村的换回去，一起改了的面积也是：更正时是一条。"""
    old, new = values["village"]
    areas = values.get("area_mu") or [plain(patch.area_mu)] * 2
    if patch.village_id != new or patch.area_mu != Decimal(areas[1]):
        undone.stuck.append(_changed_since(patch, LABELS["village"]))
        return set()
    village, area = Village.objects.get(pk=old), Decimal(areas[0])
    try:
        _amend_back(patch, area, by, f"撤回导入“{undone.batch.name}”", village)
    except actions.NotAllowed as refused:
        undone.stuck.append(f"图斑 {patch.code} 换不回{village.name}：{refused}")
        return set()
    patch.village, patch.area_mu = village, area
    return {AMENDED}


def _area_back(undone, patch, pair, has_records, by):
    old, new = map(Decimal, pair)
    if patch.area_mu != new:
        undone.stuck.append(_changed_since(patch, LABELS["area_mu"]))
        return set()
    reason = f"撤回导入“{undone.batch.name}”"
    if not has_records:
        if undone.first_step:
            undone.amendments.append(
                actions.area_amendment(
                    patch, old, undone.first_step, by=by, at=dates.now(), reason=reason
                )
            )
        patch.area_mu = old
        return {"area_mu"}
    try:
        _amend_back(patch, old, by, reason)
    except actions.NotAllowed as refused:
        undone.stuck.append(f"图斑 {patch.code} 的面积改不回 {plain(old)} 亩：{refused}")
        return set()
    patch.area_mu = old
    return {AMENDED}


def _amend_back(patch, old, by, reason, village=None):
    """这次导入更正以后没有再办过的，原样放回；办过的再更正一次。village 是换回的村，没有换是 None。"""
    last = patch.records.filter(kind=Kind.AMEND).order_by("pk").last()
    bare = Patch(pk=patch.pk)
    place = village.pk if village else patch.village_id
    if last and (last.area_mu, last.village_id) == (old, place):
        try:
            actions.take_amendment_back(bare, by=by, reason=reason)
            return
        except actions.NotAllowed:
            pass  # 更正以后又办了别的
    actions.amend(bare, by=by, reason=reason, area_mu=old, village=village)


def _shape_back(undone, patch, current, shape):
    """换上的图形换回去；原来没有图形的去掉。"""
    digest, old = shape
    if current is None or current.digest != digest:
        undone.stuck.append(_changed_since(patch, "图形"))
        return False
    if old is None:
        current.delete()
        return True
    values = {**old, "wkb": bytes.fromhex(old["wkb"]), "measured_mu": Decimal(old["measured_mu"])}
    for name, value in values.items():
        setattr(current, name, value)
    current.updated_at = dates.now()
    current.save()
    return True
