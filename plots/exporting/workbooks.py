"""导出：空白模板和图斑台账。列和导入是同一份（plots.models.columns），导出的表改好能再导进来。"""

import re
from itertools import islice

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from plots.ledger.replay import WORK
from plots.models import RectificationRecord, Remedy, Status
from plots.models.columns import COMPUTED, PATCH_COLUMNS, STEP_DONE, Field
from plots.models.deadlines import due_of
from taiping.ground.dates import long_date
from taiping.ground.tables import print_landscape, put, to_bytes
from taiping.ground.tables.writing import HEADER_FILL, HEADER_FONT, LINE, NOTE_FONT, REQUIRED_FILL
from tasks.models import Milestone, Target
from tasks.models.question import BASES
from villages.models import Village

CHUNK = 2000
TEMPLATE_ROWS = 500
VILLAGE_SHEET = "村"
TRICKY = re.compile(r"[=+\-@\d\s'#]")  # 这样开头的文字，不定格式会被当成公式、数或日期
COMPUTED_WIDTHS = (10, 12, 12)


def ledger_workbook(queryset, title, then=None):
    """图斑台账 → xlsx 的 bytes。行边查边写，不在内存里攒；合计只加没有被拆分的。

    then（AsOf）给出时，状态、下一步和各步完成日期都是那天的，和页面上看到的一样。
    """
    patches = queryset.select_related("target__plan", "village", "next_milestone__target__plan")
    steps, extras = _steps(queryset), _extra_keys(queryset)
    headers = [column.header for column in PATCH_COLUMNS] + [*COMPUTED]
    headers += [f"{name}{STEP_DONE}" for name in steps] + extras
    widths = (
        [column.width for column in PATCH_COLUMNS] + [*COMPUTED_WIDTHS] + [14] * len(steps + extras)
    )
    book = Workbook(write_only=True)
    sheet = _sheet(book, "图斑台账", widths, first=4)
    note = f"单位：亩、个　　导出日期：{timezone.localdate():%Y-%m-%d}"
    if then:
        note += f"　　状态、下一步和完成日期是{long_date(then.on)}的，{BASES[then.basis]}"
    _top(sheet, title, note, len(headers))
    sheet.append([_header(sheet, text) for text in headers])
    count, total, last = 0, 0, 3
    for patch, status, step, done in _told_then(patches, then) if then else _told_now(patches):
        sheet.append(_ledger_row(sheet, patch, status, step, done, steps, extras))
        last += 1
        if then or not patch.is_split:
            count, total = count + 1, total + patch.area_mu
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(headers))}{last}"
    totals = ["合计", f"{count} 个", None, total]
    sheet.append([_bold(sheet, value) for value in totals + [None] * (len(headers) - 4)])
    return to_bytes(book)


def _ledger_row(sheet, patch, status, step, done, steps, extras):
    values = [
        patch.target.name,
        patch.village.name,
        patch.code,
        patch.area_mu,
        patch.place,
        patch.contractor,
        patch.land_before,
        patch.land_after,
        patch.get_remedy_display(),
        status,
        step.name if step else "",
        due_of(step) if step else None,
        *(done.get(name) for name in steps),
        *(patch.extra.get(key) for key in extras),
    ]
    cells = [_plain(sheet, value) for value in values]
    cells[3] = put(WriteOnlyCell(sheet), patch.area_mu)
    cells[3].number_format = "0.00"
    return cells


def _steps(queryset):
    """这些图斑的任务有哪些步骤：名字，按先后，同名的只列一次。"""
    targets = queryset.order_by().values("target").distinct()
    names = Milestone.objects.filter(target__in=targets).order_by("order", "target__order")
    return list(dict.fromkeys(names.values_list("name", flat=True)))


def _extra_keys(queryset):
    keys = {}
    for extra in (
        queryset.exclude(extra={}).values_list("extra", flat=True).iterator(chunk_size=CHUNK)
    ):
        keys.update(dict.fromkeys(extra))
    return list(keys)


def _chunks(patches):
    rows = patches.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _told_then(patches, then):
    """(图斑, 那天的状态, 下一步, {步骤名: 完成日期})，一批批地查。"""
    for chunk in _chunks(patches):
        states = then.states(chunk)
        for patch in map(then.tell, chunk):
            state = states[patch.pk]
            done = {step.milestone.name: step.done_on for step in state.steps}
            yield patch, Status(state.status).label, state.next_milestone, done


def _told_now(patches):
    """(图斑, 现在的状态, 下一步, {步骤名: 完成日期})，一批批地查。"""
    for chunk in _chunks(patches):
        dates = {}
        records = RectificationRecord.objects.standing().filter(
            patch__in=[patch.pk for patch in chunk], kind__in=WORK, completes=True
        )
        for pk, name, on in records.values_list("patch", "milestone__name", "done_on"):
            dates.setdefault(pk, {})[name] = on
        for patch in chunk:
            yield patch, patch.status_text, patch.next_milestone, dates.get(patch.pk, {})


def template_workbook(target):
    """一项任务的空白导入表 → xlsx 的 bytes：要填的列、村和整改方式的下拉、编号列是文本。"""
    columns = [
        column
        for column in PATCH_COLUMNS
        if column.field != Field.TARGET
        and (column.field != Field.REMEDY or target.kind == Target.Kind.CASES)
    ]
    headers = [column.header for column in columns] + ["备注"]
    book = Workbook(write_only=True)
    sheet = _sheet(book, "图斑", [column.width for column in columns] + [24], first=4)
    _top(
        sheet,
        f"{target.plan.year}年{target.name}图斑",
        "单位：亩　　深色的列必填，其余可以空着",
        len(headers),
    )
    heads = [_header(sheet, column.header, column.note, column.required) for column in columns]
    sheet.append(
        [*heads, _header(sheet, "备注", "还有别的内容，可以在右边自己加列，导入时原样保留。")]
    )
    names = list(Village.objects.values_list("name", flat=True))
    code_at = headers.index("图斑编号")
    for _ in range(TEMPLATE_ROWS):
        cells = [WriteOnlyCell(sheet) for _ in headers]
        for cell in cells:
            cell.border = LINE
        cells[code_at].number_format = "@"
        sheet.append(cells)
    last = 3 + TEMPLATE_ROWS
    if names:
        _dropdown(
            sheet,
            headers.index("村"),
            last,
            f"{VILLAGE_SHEET}!$A$2:$A${len(names) + 1}",
            "请从下拉里选村。",
        )
    if "整改方式" in headers:
        choices = '"{}"'.format(",".join(Remedy.labels))
        _dropdown(sheet, headers.index("整改方式"), last, choices, "请从下拉里选整改方式。")
    _village_sheet(book, names)
    return to_bytes(book)


def _dropdown(sheet, index, last, formula, error):
    letter = get_column_letter(index + 1)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, error=error)
    rule.add(f"{letter}4:{letter}{last}")
    sheet.data_validations.append(rule)


def _village_sheet(book, names):
    sheet = book.create_sheet(VILLAGE_SHEET)
    sheet.append([_header(sheet, "村名")])
    for name in names:
        sheet.append([put(WriteOnlyCell(sheet), name)])


def _sheet(book, name, widths, *, first):
    """一张空表：列宽、冻结到 first 行、打印设置。逐行写的表，这些要在写第一行之前定好。"""
    sheet = book.create_sheet(name)
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = f"D{first}"
    sheet.print_options.gridLines = True
    print_landscape(sheet, f"{first - 1}:{first - 1}")
    return sheet


def _top(sheet, title, note, width):
    """标题行和单位行。"""
    last = get_column_letter(max(width, 2))
    sheet.merged_cells.ranges.add(f"A1:{last}1")
    sheet.merged_cells.ranges.add(f"A2:{last}2")
    sheet.row_dimensions[1].height = 30
    cell = put(WriteOnlyCell(sheet), title)
    cell.font, cell.alignment = (
        Font(bold=True, size=16),
        Alignment(horizontal="center", vertical="center"),
    )
    sheet.append([cell])
    cell = put(WriteOnlyCell(sheet), note)
    cell.font, cell.alignment = NOTE_FONT, Alignment(horizontal="right")
    sheet.append([cell])


def _header(sheet, text, note="", required=True):
    cell = put(WriteOnlyCell(sheet), text)
    cell.font, cell.fill, cell.border = (
        HEADER_FONT,
        REQUIRED_FILL if required else HEADER_FILL,
        LINE,
    )
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if note:
        cell.comment = Comment(note, "系统", width=260, height=90)
    return cell


def _plain(sheet, value):
    """普通的字和小数直接写，快得多；像公式、像编号的文字和日期要定好格式。"""
    if value is None or value == "":
        return None
    if isinstance(value, str) and not TRICKY.match(value) and len(value) < 1000:
        return value
    if type(value) in (int, float) and abs(value) < 1e15:
        return value
    return put(WriteOnlyCell(sheet), value)


def _bold(sheet, value):
    cell = put(WriteOnlyCell(sheet), value)
    cell.font, cell.border = Font(bold=True), LINE
    return cell
