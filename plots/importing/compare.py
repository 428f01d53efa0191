"""对比：表里的行和任务现有的图斑，哪些新增、哪些改动、哪些没变；只查固定的几次库。"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from sys import intern
from typing import NamedTuple

from django.db.models import Count, Max

from plots.importing.alike import alike_in_ledger
from plots.importing.parsed import ParsedRow
from plots.ledger.replay import STATEFUL
from plots.models import (
    Batch,
    Kind,
    Patch,
    PatchShape,
    RectificationRecord,
    RouteChange,
    Status,
)
from plots.models.choices import ENDED
from plots.models.code_keys import TWIN
from taiping.ground.area import figure, plain, told_apart
from taiping.ground.geometry.shapes import Shape
from taiping.ground.tables import Problem, as_text
from tasks.models import RemedyRoute, Target

FACTS = ("place", "contractor", "land_before", "land_after", "remedy")
LABELS = {name: Patch._meta.get_field(name).verbose_name for name in ("area_mu", *FACTS)}
CHUNK = 5000
EXAMPLES = 3
LEFT = {
    Status.CARRIED: "有 {} 个已经结转到别的方案，这里不动；新的内容请导入到那份方案的任务里。",
    Status.REMOVED: "有 {} 个已经移出台账，不动。",
}


class Existing(NamedTuple):
    """系统里现有的一块：对比、留底要的几样。十万块都在手上，一块不能多占。"""

    pk: int
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
    by_amend: bool = False  # 办过事，面积要一块块更正
    shape: Shape | None = None  # 换上的图形
    had_shape: bool = False
    routes: dict[str, str] | None = None  # 路径的代码 → 名称；改了路径的才有

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
        """面积改了、办过事的，要一块块更正。"""
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


def compare(target: Target, rows: list[ParsedRow], *, named: bool) -> Difference:
    """rows（读好的行）和 target 现有的图斑相比 → Difference；named 时提示里写表名。"""
    found = Difference(file_count=len(rows), file_mu=sum((row.area_mu for row in rows), Decimal(0)))
    known = _existing(target)
    codes = {code for _, code, *_ in known}
    left = Counter()
    moved, digests = [], _digests(target) if any(row.shape for row in rows) else {}
    for row in rows:
        old = known.pop((*row.key, row.code), None) or known.pop(row.key, None)
        if old is None:
            found.new.append(row)
            if row.key[1] in codes:
                moved.append(row)
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
    kept = [key[:2] for key, old in known.items() if not old.has_ended]
    alike = alike_in_ledger(found.new, kept)
    for old in known.values():
        if not old.has_ended:
            found.kept += 1
            _count(found, old.area_mu)
    _mark_amended(found)
    _name_routes(found)
    _note_larger(found)
    _note(found, moved, _elsewhere(target, found.new))
    found.notes += alike
    found.notes += [LEFT[status].format(count) for status, count in left.items()]
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
    for village, key, code, pk, area, *facts, extra, is_demo, status, until_on in rows:
        key, *twin = key.split(TWIN)  # 早先存的几块现在看是同一个编号，照原来的写法分
        *texts, route = facts
        known[(village, key, code) if twin else (village, key)] = Existing(
            pk,
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


def _elsewhere(target, rows):
    """新增的行里，同一个村同一个编号在别的任务里也有的：(行, 任务名)。"""
    wanted = {row.key: row for row in rows}
    if not wanted:
        return []
    villages = {village for village, _ in wanted}
    others = (
        Patch.objects.exclude(target=target)
        .filter(target__plan=target.plan, village__in=villages)
        .order_by()
    )
    keys = others.values_list("village_id", "code_key", "target__name").iterator(chunk_size=CHUNK)
    return [
        (wanted[village, code], name) for village, code, name in keys if (village, code) in wanted
    ]


def _note_larger(found):
    larger = [change for change in found.amended if change.row.area_mu > change.old.area_mu]
    if larger:
        examples = "、".join(f"{c.row.village.name} {c.row.code}" for c in larger[:EXAMPLES])
        found.notes.append(
            f"有 {len(larger)} 个办过事的图斑面积变大（如 {examples}）：报过的不跟着变多，"
            "已经报满的要补报、再核实。"
        )


def _note(found, moved, elsewhere):
    if moved:
        examples = "、".join(f"{row.village.name} {row.code}" for row in moved[:EXAMPLES])
        found.notes.append(
            f"有 {len(moved)} 个编号在这项任务的别的村也有（如 {examples}），按新图斑导入；"
            "如果是村填错了，请先改表，或在图斑页更正。"
        )
    if any(change.shape for change in found.changed):
        found.notes.append("系统里已有的图斑只加上或换上图形，面积、地类等不动。")
    if elsewhere:
        examples = "、".join(
            f"{row.village.name} {row.code}（{name}）" for row, name in elsewhere[:EXAMPLES]
        )
        found.notes.append(
            f"有 {len(elsewhere)} 个图斑在别的目标任务里也有同村同号的（如 {examples}）；那边的不动，这里按新图斑导入。"
        )
