"""图形检查：面积、重叠、出界、分块、修补。只提醒，不拦人；数没有变的，原来的认定照旧。"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from plots.geometry.boundaries import Boundaries
from plots.geometry.subjects import CHUNK, chunks, stored_shapes, subjects_near
from plots.models.checks import GeometryCheck
from taiping.ground.actors import actors
from taiping.ground.area import figure, plain, rounded
from taiping.ground.geometry.allowance import Allowance
from taiping.ground.geometry.overlaps import neighbours, overlaps

Kind = GeometryCheck.Kind
PART_BYTES = 16 * 2**20  # 查重叠时，一次读进来的图形
POINT_BYTES = 16  # 一个界址点在 WKB 里的字节数
DUPLICATE_SHARE = 0.9  # 重叠部分占两块合起来的九成以上，当作画了两遍


@dataclass
class Finding:
    """查出的一处：figures 是它的数（面积亩、平方米、百分数都是文字），变了就要重新认定。"""

    patch: int
    kind: str
    sentence: str
    figures: dict[str, str | int] = field(default_factory=dict)
    other: int | None = None

    @property
    def key(self) -> tuple[int, str, int | None]:
        return self.patch, self.kind, self.other


@transaction.atomic
def recheck(patch_ids: Iterable[int] | None = None, *, are_new: bool = False) -> int:
    """重做检查，返回现在一共查出几处。patch_ids 是变了的图斑，空是全部。

    are_new：图形是刚从文件里来的，查重叠有限度，查不完抛 TooHeavy。
    """
    chosen = None if patch_ids is None else set(patch_ids)
    subjects = subjects_near(chosen)
    asked = [subject for subject in subjects if chosen is None or subject.pk in chosen]
    findings = []
    for subject in asked:
        findings += _alone(subject)
    findings += _outside(asked)
    by_plan = defaultdict(list)
    for subject in subjects:
        by_plan[subject.plan].append(subject)
    do = _limited(subjects) if are_new else _at_once
    for group in by_plan.values():
        findings += _overlaps(group, chosen, do)
    _sync({finding.key: finding for finding in findings}, chosen)
    return len(findings)


def _alone(subject):
    """一块图斑自己看得出来的。"""
    stated = subject.area_mu
    measured = subject.measured_mu
    share = (measured - stated) / stated * 100
    if abs(share) > settings.GEO_AREA_TOLERANCE:
        side = "大" if share > 0 else "小"
        yield Finding(
            subject.pk,
            Kind.AREA,
            f"图斑面积 {figure(stated)} 亩，图形量算 {figure(measured)} 亩，"
            f"{side} {plain(rounded(abs(share), 1))}%。",
            {
                "stated_mu": plain(rounded(stated)),
                "measured_mu": plain(rounded(measured)),
                "percent": _text(share),
            },
        )
    if subject.parts > 1:
        yield Finding(
            subject.pk, Kind.PARTS, f"图形分成 {subject.parts} 部分。", {"parts": subject.parts}
        )
    if subject.repaired:
        yield Finding(
            subject.pk, Kind.REPAIRED, "导入时图形自相交或不规范，已经修补，请在地图上核对。"
        )


def _text(number, decimals=1):
    return plain(rounded(str(number), decimals))


def _limited(subjects):
    """有限度地查：一共的时间按界址点给。"""
    return Allowance(sum(subject.size for subject in subjects) // POINT_BYTES).do


def _at_once(function, *args):
    return function(*args)


def _overlaps(subjects, chosen, do):
    """同一方案里互相重叠的；一对两边各记一处，各占各的百分数。do 是有限度地查，还是就在这里查。"""
    boxes = [subject.box for subject in subjects]
    asked = [at for at, subject in enumerate(subjects) if chosen is None or subject.pk in chosen]
    for pairs in _parts(subjects, do(neighbours, boxes, asked)):
        inside = sorted(set(chain.from_iterable(pairs)))
        stored = dict(stored_shapes([subjects[at].pk for at in inside]))
        inside = [at for at in inside if subjects[at].pk in stored]  # 刚被别人删了的不查
        place = {at: number for number, at in enumerate(inside)}
        numbered = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
        if not numbered:
            continue
        for left, right, sqm in do(overlaps, [stored[subjects[at].pk] for at in inside], numbered):
            yield from _pair(subjects[inside[left]], subjects[inside[right]], sqm)


def _parts(subjects, pairs):
    """一对对分成几部分，每一部分的图形不到 PART_BYTES，至少一对。"""
    part, inside, size = [], set(), 0
    for pair in pairs:
        new = set(pair) - inside
        more = sum(subjects[at].size for at in new)
        if part and size + more > PART_BYTES:
            yield part
            part, inside, size = [], set(), 0
            new = set(pair)
            more = sum(subjects[at].size for at in new)
        part.append(pair)
        inside |= new
        size += more
    if part:
        yield part


def _pair(one, two, sqm):
    union = one.sqm + two.sqm - sqm
    for here, there in ((one, two), (two, one)):
        figures = {"sqm": _text(sqm), "percent": _text(sqm / here.sqm * 100)}
        if sqm / union > DUPLICATE_SHARE:
            share = _text(sqm / union * 100)
            sentence = f"和另一块图斑几乎重合，重叠的占两块合起来的 {share}%，请看是不是画了两遍。"
            yield Finding(
                here.pk, Kind.DUPLICATE, sentence, {**figures, "iou_percent": share}, there.pk
            )
        else:
            sentence = (
                f"和另一块图斑重叠 {figures['sqm']} 平方米，占本图斑的 {figures['percent']}%。"
            )
            yield Finding(here.pk, Kind.OVERLAP, sentence, figures, there.pk)


def _outside(subjects):
    """超出所写的村、超出本镇的；没有村界的不查。"""
    boundaries = Boundaries()
    for subject, place, sqm, inside in boundaries.strays(subjects):
        percent = _text(sqm / subject.sqm * 100)
        figures = {"sqm": _text(sqm), "percent": percent}
        if place is None:
            sentence = (
                f"有 {figures['sqm']} 平方米（{percent}%）在本{actors.town}范围以外，请核对坐标。"
            )
            yield Finding(subject.pk, Kind.TOWN, sentence, figures)
        else:
            where = f"，主要落在{inside}" if inside else ""
            sentence = f"有 {figures['sqm']} 平方米（{percent}%）在{place}的村界以外{where}。"
            if inside:
                figures["in"] = inside
            yield Finding(subject.pk, Kind.VILLAGE, sentence, figures)


def _sync(findings, chosen):
    """查出来的和存着的对一遍：没有了的删，数变了的改并重新提醒，新的加。"""
    stored = GeometryCheck.objects.select_for_update().order_by()
    groups = [stored]
    if chosen is not None:
        groups = [stored.filter(Q(patch__in=part) | Q(other__in=part)) for part in chunks(chosen)]
    gone = set()
    changed = []
    kept = set()
    for check in chain.from_iterable(group.iterator(chunk_size=CHUNK) for group in groups):
        key = check.patch_id, check.kind, check.other_id
        finding = findings.get(key)
        if finding is None:
            gone.add(check.pk)
        elif key not in kept and _update(check, finding):
            changed.append(check)
        kept.add(key)
    for part in chunks(gone):
        GeometryCheck.objects.filter(pk__in=part).delete()
    GeometryCheck.objects.bulk_update(
        changed,
        ["figures", "sentence", "dismissed_by", "dismissed_at", "dismissed_reason"],
        batch_size=200,
    )
    new = [
        GeometryCheck(
            patch_id=finding.patch,
            kind=finding.kind,
            other_id=finding.other,
            figures=finding.figures,
            sentence=finding.sentence,
        )
        for key, finding in findings.items()
        if key not in kept
    ]
    GeometryCheck.objects.bulk_create(new, batch_size=CHUNK)


def _update(check, finding):
    """存着的改成新查出的样子，返回有没有改。数变了，原来的认定不算了。"""
    if (check.figures, check.sentence) == (finding.figures, finding.sentence):
        return False
    if check.figures != finding.figures:
        check.dismissed_by = check.dismissed_at = None
        check.dismissed_reason = ""
    check.figures = finding.figures
    check.sentence = finding.sentence
    return True
