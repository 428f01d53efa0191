"""整改材料齐不齐：一条整改路径要哪几样，一块图斑交来了哪几样，还差什么。"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F

from plots.models import Patch, RemedyDocument
from plots.models.route_changes import routes_then
from taiping.ground.dates import long_date
from tasks.models import RemedyItem, RemedyRoute
from tasks.models.question import DONE

STARTS, ENDS = "开始", "截止"
LEAST_DAYS = re.compile(r"不少于 {0,3}([0-9]{1,3}) {0,3}[天日]")
ITEM_FIELDS = ("pk", "name", "hint", "needs_number", "needs_date", "needs_file")


@dataclass
class Checklist:
    """一条整改路径和它现在要的材料（停用的不在内）。"""

    code: str
    name: str
    in_use: bool
    items: list[RemedyItem] = field(default_factory=list)


def checklists(*codes: str) -> dict[str, Checklist]:
    """{代码: Checklist}，按顺序；路径和材料一次查询。codes 是要看的路径，不给是全部。"""
    columns = [f"items__{name}" for name in (*ITEM_FIELDS, "in_use")]
    rows = RemedyRoute.objects.order_by(
        "order", "pk", F("items__order").asc(nulls_last=True), "items__pk"
    )
    rows = rows.filter(code__in=codes) if codes else rows
    found = {}
    for code, name, in_use, *item, is_asked in rows.values_list("code", "name", "in_use", *columns):
        checklist = found.setdefault(code, Checklist(code, name, in_use))
        if is_asked:
            checklist.items.append(RemedyItem(**dict(zip(ITEM_FIELDS, item, strict=True))))
    return found


@dataclass
class Paper:
    """要的一样材料；document 是眼下的那一份，没有交是 None，要带着 has_file。"""

    item: RemedyItem
    document: RemedyDocument | None = None

    @property
    def lacking(self) -> list[str]:
        """还差什么；齐了是空的。"""
        if self.document is None:
            return [*_needs(self.item)] or ["说明"]
        lacking = []
        if self.item.needs_number and not self.document.number:
            lacking.append("编号或数")
        if self.item.needs_file and not self.document.has_file:
            lacking.append("文件")
        return lacking

    @property
    def is_held(self) -> bool:
        return not self.lacking


def _needs(item):
    if item.needs_number:
        yield "编号或数"
    if item.needs_date:
        yield "日期"
    if item.needs_file:
        yield "文件"


@dataclass
class Papers:
    """一块图斑要的材料，一样一个 Paper。"""

    rows: list[Paper]

    @property
    def held(self) -> int:
        return sum(row.is_held for row in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def is_whole(self) -> bool:
        return self.held == self.total

    @property
    def words(self) -> str:
        return f"{self.held}/{self.total}"

    @property
    def doubts(self) -> list[str]:
        """“公告开始”“公告截止”这样成对的日期：颠倒了、比材料说明里要的天数少的，一对一句。只提醒，不拦。"""
        given = {row.item.name: row for row in self.rows if row.document}
        pairs = [
            (row, given.get(name.removesuffix(STARTS) + ENDS))
            for name, row in given.items()
            if name.endswith(STARTS)
        ]
        found = [_span_doubt(first, last) for first, last in pairs if last]
        return [sentence for sentence in found if sentence]


def _span_doubt(first, last):
    since, until = first.document.on, last.document.on
    if until < since:
        return f"{last.item.name} {long_date(until)} 早于{first.item.name} {long_date(since)}，请核对。"
    days = (until - since).days + 1  # 头尾两天都算
    asked = LEAST_DAYS.search(f"{first.item.hint}，{last.item.hint}")
    if asked is None or days >= int(asked[1]):
        return ""
    what = first.item.name.removesuffix(STARTS)
    between = f"{long_date(since)}到{long_date(until)}"
    return f"{what}从{between}是 {days} 天，要求不少于 {int(asked[1])} 天，请核对。"


def papers_of(
    patches: Iterable[Patch], routes: dict[str, Checklist], on: date, basis: str = DONE
) -> dict[int, Papers]:
    """{图斑主键: Papers}，那天的；没有路径、路径没写要什么的不在内。有要看的才查一次，过去的日子两次。"""
    asked: dict[int, list[RemedyItem]] = {}
    if not any(route.items for route in routes.values()):
        return {}
    for patch, code in routes_then(patches, on).items():
        route = routes.get(code)
        if route and route.items:
            asked[patch] = route.items
    if not asked:
        return {}
    documents = RemedyDocument.objects.known(on, basis).with_file_mark()
    by_patch = defaultdict(list)
    for document in documents.filter(patch__in=list(asked)).order_by("created_at", "pk"):
        by_patch[document.patch_id].append(document)
    return {patch: papers_from(items, by_patch[patch]) for patch, items in asked.items()}


def papers_from(items: Iterable[RemedyItem], documents: Iterable[RemedyDocument]) -> Papers:
    """items 是要的，documents 是一块图斑交来的，先交的在前：同一样以后交的为准。"""
    latest = {document.item_id: document for document in documents}
    return Papers([Paper(item, latest.get(item.pk)) for item in items])
