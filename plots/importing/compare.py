"""对比：表里的行和任务现有的图斑，哪些新增、哪些改动、哪些没变；只查固定的几次库。"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from sys import intern
from typing import NamedTuple

from django.db.models import Count, Max

from plots.importing.alike import alike_in_ledger
from plots.importing.moves import Move, settle_moves
from plots.importing.noting import CHUNK, note
from plots.importing.parsed import ParsedRow
from plots.importing.progress import COMPARING, counted, silent
from plots.ledger.replay import STATEFUL
from plots.models import Batch, Kind, Patch, PatchShape, RectificationRecord, RouteChange
from plots.models.choices import ENDED
from plots.models.code_keys import TWIN
from taiping.ground.area import figure, plain, told_apart
from taiping.ground.geometry.shapes import Shape
from taiping.ground.tables import Problem, as_text
from tasks.models import RemedyRoute, Target

FACTS = ("place", "contractor", "land_before", "land_after", "remedy")
LABELS = {name: Patch._meta.get_field(name).verbose_name for name in ("village", "area_mu", *FACTS)}


class Existing(NamedTuple):
    """系统里现有的一块：对比、留底要的几样。十万块都在手上，一块不能多占。"""

    pk: int
    village: int
    area_mu: Decimal
    place: str
    contractor: str
    land_before: str
    land_after: str
    remedy: str | None
    extra: dict
    is_demo: bool
    status: str
    has_ended: bool


@dataclass(slots=True)
class PatchChange:
    """一块图斑的改动：values 是改动的属性的新值，old 是现有的。"""

    row: ParsedRow
    values: dict
    old: Existing
    by_amend: bool = False  # 办过事、面积改了，或换了村：要一块块更正
    shape: Shape | None = None  # 换上的图形
    had_shape: bool = False
    routes: dict[str, str] | None = None  # 路径的代码 → 名称；改了路径的才有
    moved_from: str = ""  # 换了村的：原来的村名

    @property
    def pk(self) -> int:
        return self.old.pk

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """[(列, 现在, 改成)]，给人看的；只有前几百块要，看到时才写。"""
        if self.shape:
            measured = f"量算 {figure(self.shape.mu)} 亩"
            return [("图形", "原来的图形" if self.had_shape else "", measured)]
        told = [self._told(name) for name in self.values if name != "extra"]
        if "extra" in self.values:
            told += [(key, *texts) for key, texts in _unlike(self.row, self.old).items()]
        return told

    def _told(self, name):
        before, after = getattr(self.old, name), self.values[name]
        if name == "area_mu":
            before, after = told_apart(before, after)
        elif name == "remedy":
            before, after = (self.routes.get(code, "") for code in (before, after))
        elif name == "village":
            before, after = self.moved_from, self.row.village.name
        return LABELS[name], before, after


def _unlike(row, old):
    """其他列里写的和现有的不一样的：{列: (现在, 改成)}。"""
    both = (
        (key, as_text(old.extra.get(key)), as_text(value))
        for key, value in row.extra.items()
        if value != old.extra.get(key)
    )
    return {key: (before, after) for key, before, after in both if before != after}


@dataclass
class Difference:
    new: list[ParsedRow] = field(default_factory=list)
    changed: list[PatchChange] = field(default_factory=list)
    unchanged: int = 0
    kept: int = 0  # 系统里有、表里没有的，留着不动
    file_mu: Decimal = Decimal(0)
    file_count: int = 0
    after_mu: Decimal = Decimal(0)
    after_count: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)  # 编号在别的村有，等着人说是不是换了村

    @property
    def new_mu(self):
        return sum((row.area_mu for row in self.new), Decimal(0))

    @property
    def shaped(self):
        """带图形的：新增的行和换了图形的改动。"""
        return [row for row in self.new if row.shape] + [
            change for change in self.changed if change.shape
        ]

    @property
    def amended(self):
        """面积改了、办过事的，和换了村的，要一块块更正。"""
        return [change for change in self.changed if change.by_amend]

    @property
    def resized(self):
        """面积改了、还没有办过事的，成批更正。"""
        return [
            change for change in self.changed if "area_mu" in change.values and not change.by_amend
        ]


def standing(target: Target) -> list:
    """任务里的图斑现在是什么样，一句话认得出：有人更正、拆分、结转、移出、添加、导入、改过整改路径，就和原来不同。

    上报、核实不改对比的结果，不在内。
    """
    patches = Patch.objects.filter(target=target)
    changing = RectificationRecord.objects.filter(
        patch__target=target, kind__in=(Kind.AMEND, Kind.SPLIT, *ENDED)
    )
    batches = Batch.objects.filter(target=target, applied_at__isnull=False)
    return [
        patches.aggregate(Count("pk"), Max("pk")),
        changing.aggregate(Count("pk"), Max("pk")),
        RouteChange.objects.filter(patch__target=target).aggregate(Count("pk"), Max("pk")),
        batches.aggregate(Count("pk"), Max("applied_at")),
    ]


def compare(
    target: Target,
    rows: list[ParsedRow],
    *,
    named: bool,
    answers: dict | None = None,
    tick: Callable = silent,
) -> Difference:
    """rows（读好的行）和 target 现有的图斑相比 → Difference；named 时提示里写表名。

    answers 是人说的哪些行换了村（Mends.moves）。
    """
    found = Difference(file_count=len(rows), file_mu=sum((row.area_mu for row in rows), Decimal(0)))
    known = _existing(target)
    codes = {key[1] for key in known}
    left = Counter()
    moved, digests = [], _digests(target) if any(row.shape for row in rows) else {}
    for row in counted(rows, tick, COMPARING):
        old = known.pop((*row.key, row.code), None) or known.pop(row.key, None)
        if old is None:
            (moved if row.key[1] in codes else found.new).append(row)
            _count(found, row.area_mu)
            continue
        if old.status in ENDED.values():
            left[old.status] += 1
            found.unchanged += 1
            continue
        change = _shape_change(row, old, digests.get(old.pk)) if row.shape else _change(row, old)
        if not old.has_ended:
            _count(found, row.area_mu)
        elif change and "area_mu" in change.values:
            found.problems.append(_split_problem(row, old, named))
        if change:
            found.changed.append(change)
        else:
            found.unchanged += 1
    settled = settle_moves(
        moved,
        known,
        answers or {},
        lambda row, old, name: _moved_change(row, old, name, digests.get(old.pk)),
        named=named,
    )
    found.new += settled.new
    found.changed += settled.changed
    found.moves = settled.asked
    found.problems += [move.problem for move in settled.asked]
    kept = [key[:2] for key, old in known.items() if not old.has_ended]
    found.notes += alike_in_ledger(found.new, kept)
    for old in known.values():
        if not old.has_ended:
            found.kept += 1
            _count(found, old.area_mu)
    _mark_amended(found)
    _name_routes(found)
    note(found, target, settled.twins, left)
    return found


def _split_problem(row, old, named):
    advice = (
        f"图斑 {row.code} 已经拆分，原来的面积 {figure(old.area_mu)} 亩不能再改；"
        "请删掉这一行，改拆分出来的图斑。"
    )
    sheet = row.sheet if named else ""
    return Problem(sheet, row.number, LABELS["area_mu"], plain(row.area_mu), advice)


def _digests(target):
    """现有的图形：图斑的主键 → 图形的摘要。"""
    shapes = PatchShape.objects.filter(patch__target=target)
    return dict(shapes.values_list("pk", "digest"))


def _count(found, area):
    found.after_mu += area
    found.after_count += 1


def _existing(target):
    """{(村, 编号的可比写法): Existing}；重复的文字（承包人、地类）只留一份。"""
    names = ("village_id", "code_key", "code", *Existing._fields[:-1], "until_on")
    rows = Patch.objects.filter(target=target).order_by().values_list(*names)
    rows, known = rows.iterator(chunk_size=CHUNK), {}
    for village, key, code, pk, _, area, *facts, extra, is_demo, status, until_on in rows:
        key, *twin = key.split(TWIN)  # 早先存的几块现在看是同一个编号，照原来的写法分
        *texts, route = facts
        known[(village, key, code) if twin else (village, key)] = Existing(
            pk,
            village,
            area,
            *map(intern, texts),
            route,
            extra,
            is_demo,
            intern(status),
            until_on is not None,
        )
    return known


def _change(row, old):
    """空的格子不算改动。"""
    values = {}
    if row.area_mu != old.area_mu:
        values["area_mu"] = row.area_mu
    for name, value in row.facts.items():
        if value != getattr(old, name):
            values[name] = value
    if unlike := _unlike(row, old):
        values["extra"] = {**old.extra, **{key: row.extra[key] for key in unlike}}
    return PatchChange(row, values, old) if values else None


def _shape_change(row, old, digest):
    """已有的图斑只换图形，面积、地类等一概不动。"""
    if row.shape.digest == digest:
        return None
    return PatchChange(row, {}, old, shape=row.shape, had_shape=bool(digest))


def _moved_change(row, old, name, digest):
    """从 name 这个村换来的：别的照改，村按更正办，记录跟着走。"""
    change = _shape_change(row, old, digest) if row.shape else _change(row, old)
    change = change or PatchChange(row, {}, old)
    change.values["village"] = row.village.pk
    change.by_amend, change.moved_from = True, name
    return change


def _mark_amended(found):
    """面积改了、又办过事的：要一块块更正，原来的记录才跟着改对；没有办过的成批改，也记一条更正。"""
    areas = {change.pk: change for change in found.changed if "area_mu" in change.values}
    for pk in with_records(areas):
        areas[pk].by_amend = True


def _name_routes(found):
    """改了整改路径的，带上路径的名称，好说给人看。"""
    changes = [change for change in found.changed if "remedy" in change.values]
    if changes:
        names = dict(RemedyRoute.objects.values_list("code", "name"))
        for change in changes:
            change.routes = names


def with_records(pks):
    pks, found = list(pks), set()
    for start in range(0, len(pks), CHUNK):
        records = RectificationRecord.objects.filter(
            patch_id__in=pks[start : start + CHUNK], kind__in=STATEFUL
        )
        found.update(records.order_by().values_list("patch_id", flat=True).distinct())
    return found
