"""方案表：一份方案 ↔ Excel 或 JSON。

一条路：文件 → Document（没解释的格子）→ Entry（解释过的行）→ 规矩 → 和库里比 → 一个事务写进去。
"""

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from taiping.ground.form_fields import suffix_of
from taiping.ground.tables import Kept, TableError, TooHeavy, as_int, as_text
from tasks.models import Plan
from tasks.models.in_use import Effect, NobodyNamed
from tasks.workbook.apply import write_all
from tasks.workbook.audit import note_import
from tasks.workbook.columns import BY_TITLE
from tasks.workbook.diff import Diff, compare
from tasks.workbook.document import Document, PlanFileError, PlanProblem
from tasks.workbook.effects import follow_effects, foresee_effects
from tasks.workbook.parse import parse_document
from tasks.workbook.read_json import read_json
from tasks.workbook.read_xlsx import read_xlsx
from tasks.workbook.rules import blocked_deletions, check_all
from tasks.workbook.stored import Stored

__all__ = [
    "PlanFileError",
    "PlanReview",
    "Stored",
    "blank_xlsx",
    "examine",
    "export_json",
    "export_xlsx",
    "import_plan",
    "unreadable",
]

SHEETS = list(BY_TITLE)


@dataclass
class PlanReview:
    """看过一遍的文件：errors 不改不能导入；keep 是保留旧行时才算的错；warnings 只是提醒；有错时 diff 是空的。"""

    document: Document
    stored: Stored | None = None
    diff: Diff | None = None
    blocked: tuple[str, ...] = ()  # 要删却删不得的，一句话一条
    plan: Plan | None = None  # 文件里写的是哪一份：年度和代码，没有存过
    effects: list[Effect] = field(default_factory=list)  # 步骤变了，动到几个图斑
    too_heavy: str = ""  # 读到限度还没读完的那句话：不要再试

    def of_level(self, level: str) -> list[PlanProblem]:
        """这一种的问题，按表、行排好。"""
        found = [problem for problem in self.document.problems if problem.level == level]
        return sorted(found, key=_place)

    @property
    def errors(self):
        return self.of_level("ERROR")

    @property
    def warnings(self):
        return self.of_level("WARNING")

    @property
    def keep(self):
        return self.of_level("KEEP")

    @property
    def retitled(self) -> tuple[str, str] | None:
        """(系统里的, 文件里的)：代码一样，标题或年度不一样，可能是另一份方案；一样的是 None。"""
        if self.diff is None:
            return None
        for change in self.diff.of("plan", self.diff.changed):
            if {"title", "year"} & change.values.keys():
                new = change.stored.values | change.values
                return _title(change.stored.values), _title(new)
        return None


def _title(plan):
    return f"{plan['year']}年度《{plan['title']}》"


def _place(problem):
    sheet = SHEETS.index(problem.sheet) if problem.sheet in SHEETS else -1
    return sheet, problem.row


def read(source: bytes, name: str, kept: Kept | None = None) -> Document:
    """文件内容 → Document；打不开的抛 TableError 或 PlanFileError。"""
    return read_json(source) if suffix_of(name) == ".json" else read_xlsx(source, kept)


def unreadable(sentence):
    """打不开的文件：只有一条错误的 PlanReview。"""
    document = Document()
    document.note("", sentence)
    return PlanReview(document)


def examine(
    source: bytes,
    name: str,
    *,
    code: str = "",
    kept: Kept | None = None,
    for_update: bool = False,
) -> PlanReview:
    """打不开的文件也是一条错误，不抛。code 给了就当作这个代码的方案；kept 是原文件旁边留着的读好的表。"""
    try:
        document = read(source, name, kept)
    except (TableError, PlanFileError) as error:
        review = unreadable(str(error))
        review.too_heavy = str(error) if isinstance(error, TooHeavy) else ""
        return review
    plan = _plan(document, code)
    stored = Stored(plan.code if plan else "", for_update=for_update)
    entries = parse_document(document, [entry.key for entry in stored.of("cadre")])
    check = check_all(document, stored, entries)
    review = PlanReview(document, stored, plan=plan)
    if not review.errors:
        review.diff = compare(check)
        review.blocked = tuple(blocked_deletions(check, review.diff.deletable))
        review.effects = foresee_effects(check, review.diff)
    return review


def import_plan(
    source: bytes,
    name: str,
    *,
    code="",
    retitles=False,
    kept=None,
    by=None,
    delete_missing=False,
    dry_run=False,
) -> PlanReview:
    """检查并写进数据库，返回 PlanReview。有错抛 PlanFileError（problems 是全部问题），一点不动。

    同一个代码的方案标题不一样，要 retitles 说是同一份，或用 code 另给一个代码：一份方案不会盖掉另一份。
    dry_run 照样写一遍再退回，所以删不掉之类的也看得出来。
    """
    try:
        with transaction.atomic():
            review = examine(source, name, code=code, kept=kept, for_update=True)
            errors = review.errors + ([] if delete_missing else review.keep)
            if errors:
                raise PlanFileError(f"文件里有 {len(errors)} 处要改，没有导入。", errors)
            if review.retitled and not retitles:
                raise PlanFileError(another_plan(review))
            if delete_missing and review.blocked:
                raise PlanFileError("\n".join(review.blocked))
            plan = write_all(review.diff, review.stored, by=by, delete_missing=delete_missing)
            if not dry_run:
                deleted = review.diff.deletable if delete_missing else ()
                review.effects = follow_effects(review.diff, deleted, plan, by=by)
            note_import(plan, review.diff, name)
            transaction.set_rollback(dry_run)
    except NobodyNamed as refusal:
        raise PlanFileError(str(refusal)) from None
    except IntegrityError:
        raise PlanFileError(
            "写入时和库里的内容冲突，可能有人同时在改方案。没有导入，请重新上传再试。"
        ) from None
    return review


def export_xlsx(plan):
    from tasks.workbook.write import to_xlsx

    return to_xlsx(Stored(plan.code))


def export_json(plan):
    from tasks.workbook.write import to_json

    return to_json(Stored(plan.code))


def blank_xlsx() -> bytes:
    """空白方案表，见 blank。"""
    from tasks.workbook.blank import blank_workbook

    return blank_workbook()


def another_plan(review: PlanReview) -> str:
    """标题不一样时要人说清楚的那句话。"""
    old, new = review.retitled
    return (
        f"系统里代码“{review.plan.code}”的方案是{old}，文件里是{new}，没有导入。"
        "是同一份方案改了标题，请说明是同一份；是另一份方案，请给它另一个代码，原来的那份不动。"
    )


def _plan(document, code):
    """文件里写的是哪一份方案；年度写得不成样子的是 None。没写代码的补上：年度，或人另给的 code。"""
    rows = document.of("plan")
    if not rows:
        return None
    cells = rows[0].cells
    try:
        year = as_int(cells.get("year"))
    except ValueError:
        return None
    if year is None or not 0 < year < 32768:
        return None
    cells["code"] = code or as_text(cells.get("code")) or str(year)
    return Plan(year=year, code=cells["code"])
