"""导出：空白模板和图斑台账。列和导入是同一份（plots.models.columns），导出的表改好能再导进来。"""

from itertools import islice, zip_longest

from plots.ledger.as_of import LedgerAt
from plots.ledger.papers import checklists, papers_of
from plots.ledger.replay import WORK
from plots.models import RectificationRecord, Status
from plots.models.columns import (
    COMPUTED,
    FOUND_COLUMNS,
    HEADERS,
    PAPERS,
    PATCH_COLUMNS,
    STEP_DONE,
    Field,
)
from plots.models.deadlines import due_of
from plots.models.route_changes import route_then, routes_then
from taiping.ground import dates
from taiping.ground.books import (
    Column,
    SheetWriter,
    add_sheet,
    new_book,
    styles,
    text_width,
    to_bytes,
)
from taiping.ground.dates import long_date
from tasks.models import Milestone, RemedyRoute, Target
from tasks.models.question import BASES, DONE
from villages.models import Village

CHUNK = 2000
FIRST_ROW, TEMPLATE_ROWS = 4, 500  # 前三行是标题、单位和表头（有条件的多一行）
LISTS_SHEET, LIST_HEADS = "村", {"村": "村名"}  # 下拉里的选项放在哪张表，表头叫什么
LEAST_SIZE, ROW_HEIGHT, HEAD_HEIGHT = 8, 15, 30  # 磅：台账印出来最小的字；一行、表头多高
ROUTE = HEADERS[Field.REMEDY]
ROW_KEYS = 3  # 任务、村、编号：印成几页宽时每页都有
# 台账里各列多宽：比给人填的模板窄，字多的折行
WIDTHS = {
    Field.TARGET: 23,
    Field.VILLAGE: 9,
    Field.AREA_MU: 11,
    Field.PLACE: 14,
    Field.CONTRACTOR: 16,
    Field.LAND_BEFORE: 10.5,
    Field.LAND_AFTER: 10.5,
    Field.REMEDY: 11,
}
COMPUTED_WIDTH, EXTRA_WIDTH = 11.5, 14
BREAKS = {Field.CONTRACTOR: "（", Field.LAND_BEFORE: "地类", Field.LAND_AFTER: "地类"}
CONDITION_ROOM = 150  # 条件一行放得下几个半角


def ledger_workbook(queryset, title, then=None, condition="") -> bytes:
    """图斑台账 → xlsx 的 bytes。行边查边写，不在内存里攒；合计不加已经不再算的（拆分的、结转的、移出的）。

    then（AsOf）给出时，状态、下一步和各步完成日期都是那天的，和页面上看到的一样。
    condition 是照什么筛出来的，写在标题下面；没有筛的是空。有图斑要交整改材料的，多一列齐了几样。
    """
    milestones, extras = _steps(queryset), _extra_keys(queryset)
    steps = list(dict.fromkeys(step.name for step in milestones.values()))  # 同名的只列一次
    routes = checklists()
    asking = [code for code, route in routes.items() if route.items]
    places = _names(Target), _names(Village), routes
    note = f"单位：亩、个　　导出日期：{dates.today():%Y-%m-%d}"
    if then:
        note += f"　　状态、下一步和完成日期是{long_date(then.on)}的，{BASES[then.basis]}"
    book = new_book(streamed=True)
    day, basis = (then.on, then.basis) if then else (dates.today(), DONE)
    routed = queryset.alias(route_then=route_then(day))
    has_papers = bool(asking) and routed.filter(route_then__in=asking).exists()
    has_found = queryset.filter(found_on__isnull=False).exists()
    found = FOUND_COLUMNS if has_found else ()
    columns = _ledger_columns(steps, found, extras, [PAPERS] if has_papers else [])
    sheet = _opened(book, "图斑台账", columns, [title, condition, note], LEAST_SIZE, ROW_HEIGHT)
    count, total = 0, 0
    told = _told_then(queryset, then) if then else _told_now(queryset, milestones)
    asked = routes if has_papers else {}
    for patch, route, papers, *rest in _with_papers(told, asked, day, basis):
        shown = papers if has_papers else []
        sheet.row(_ledger_row(patch, route, places, shown, *rest, steps, has_found, extras))
        if then or not patch.has_ended:
            count, total = count + 1, total + patch.area_mu
    sheet.filter()
    totals = ["合计", f"{count} 个", None, total]
    formats = ["", "", "", styles.amount_format(2), *[""] * (sheet.width - len(totals))]
    sheet.line(totals + [None] * (sheet.width - len(totals)), styles.SUM, formats)
    sheet.repeat(sheet.head_row, sheet.head_row)
    return to_bytes(book, title)


def _ledger_columns(steps, found, extras, papers):
    titles = [
        (_broken(column), WIDTHS.get(column.field, column.width), column.field)
        for column in PATCH_COLUMNS
    ]
    titles += [(header, COMPUTED_WIDTH, "") for header in COMPUTED]
    titles += [(header, COMPUTED_WIDTH, "") for header in papers]
    titles += [(f"{name}\n{STEP_DONE}", COMPUTED_WIDTH, "") for name in steps]
    titles += [(header, COMPUTED_WIDTH, "") for header in found]
    titles += [(key, EXTRA_WIDTH, "") for key in extras]
    columns = []
    for header, width, field in titles:
        area = styles.amount_format(2) if field == Field.AREA_MU else ""
        columns.append(Column(header, width, "", (), area, required=True, style=styles.LISTED))
    return columns


def _broken(column):
    """表头照意思分行；导入认表头时不看换行。"""
    before = BREAKS.get(column.field)
    return column.header.replace(before, f"\n{before}") if before else column.header


def _ledger_row(patch, route, places, papers, status, step, due, done, steps, has_found, extras):
    targets, villages, routes = places
    return [
        targets[patch.target_id],
        villages[patch.village_id],
        patch.code,
        patch.area_mu,
        patch.place,
        patch.contractor,
        patch.land_before,
        patch.land_after,
        routes[route].name if route else None,
        status,
        step.name if step else "",
        due,
        *papers,
        *(done.get(name) for name in steps),
        *((patch.found_on, patch.stopped_on, patch.stop_notice_no) if has_found else ()),
        *(patch.extra.get(key) for key in extras),
    ]


def _steps(queryset):
    """这些图斑的任务有哪些步骤：{主键: 时间节点}，按先后。"""
    targets = queryset.order_by().values("target").distinct()
    steps = Milestone.objects.filter(target__in=targets).select_related("target__plan")
    return {step.pk: step for step in steps.order_by("order", "target__order")}


def _names(model, key="pk"):
    """{主键（路径是代码）: 名字}：几万块图斑只有几个任务、几十个村，不用块块都带。"""
    return dict(model.objects.values_list(key, "name"))


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


def _with_papers(told, routes, on, basis):
    """(图斑, 整改路径, [整改材料齐了几样], …)，都是那天的，一批批地查；核查无问题的不用交。"""
    exempt = Status.EXEMPT.label
    while chunk := list(islice(told, CHUNK)):
        asked = [patch for patch, status, *_ in chunk if status != exempt]
        papers = papers_of(asked, routes, on, basis)
        then = routes_then((patch for patch, *_ in chunk), on)
        for patch, *rest in chunk:
            found = papers.get(patch.pk)
            yield patch, then[patch.pk], [found.words if found else None], *rest


def _told_then(patches, then):
    """(图斑, 那天的状态, 下一步, 它的截止, {步骤名: 完成日期})，一批批地查。"""
    for chunk in _chunks(patches):
        states, kept = then.states(chunk), then.kept_days(chunk)
        for patch in map(then.tell, chunk):
            state, before = states[patch.pk], kept.get(patch.pk, {})
            done = {
                step.milestone.name: step.done_on or before.get(step.milestone.pk)
                for step in state.steps
            }
            step = state.next_milestone
            due = state.due_of(step) if step else None
            yield patch, Status(state.status).label, step, due, done


def _told_now(patches, milestones):
    """(图斑, 现在的状态, 下一步, 它的截止, {步骤名: 完成日期})，一批批地查。"""
    today = LedgerAt(dates.today(), DONE, ())
    for chunk in _chunks(patches):
        kept = today.kept_days(chunk)
        records = RectificationRecord.objects.standing().filter(
            patch__in=[patch.pk for patch in chunk], kind__in=WORK, completes=True
        )
        for pk, milestone, on in records.values_list("patch", "milestone", "done_on"):
            kept[pk][milestone] = on
        for patch in chunk:
            step = milestones.get(patch.next_milestone_id)
            due = due_of(step, patch.due_on) if step else None
            done = {milestones[pk].name: on for pk, on in kept.get(patch.pk, {}).items()}
            yield patch, patch.status_text, step, due, done


def template_workbook(target) -> bytes:
    """一项任务的空白导入表 → xlsx 的 bytes：要填的列、村和整改路径的下拉、编号列是文本。"""
    unused = {Field.TARGET}
    if target.kind != Target.Kind.CASES:
        unused.add(Field.REMEDY)
    columns = [
        Column(column.header, column.width, column.note, required=column.required)
        for column in PATCH_COLUMNS
        if column.field not in unused
    ]
    more = "还有别的内容，可以在右边自己加列，导入时原样保留。"
    columns.append(Column("备注", 24, more, required=True))
    book = new_book(streamed=True)
    title = f"{target.plan.year}年{target.name}图斑"
    note = "单位：亩　　深色的列必填，其余可以空着"
    sheet = _opened(book, "图斑", columns, [title, "", note])
    headers = [column.header for column in columns]
    formats = ["@" if header == "图斑编号" else "" for header in headers]
    for _ in range(TEMPLATE_ROWS):
        sheet.line([None] * len(headers), styles.BLANK, formats)
    lists = {"村": Village.objects.all()}
    if ROUTE in headers:
        lists[ROUTE] = RemedyRoute.objects.offered()
    lists = {header: list(rows.values_list("name", flat=True)) for header, rows in lists.items()}
    for letter, (header, names) in zip("AB", lists.items(), strict=False):
        if names:
            formula = f"{LISTS_SHEET}!${letter}$2:${letter}${len(names) + 1}"
            _dropdown(sheet, header, formula, f"请从下拉里选{header}。")
    sheet.repeat(sheet.head_row, sheet.head_row)
    columns = [Column(LIST_HEADS.get(header, header), required=True) for header in lists]
    add_sheet(book, LISTS_SHEET, columns, zip_longest(*lists.values()), filtered=False)
    return to_bytes(book, title)


def _dropdown(sheet, header, formula, error):
    sheet.dropdown(header, formula, FIRST_ROW, FIRST_ROW - 1 + TEMPLATE_ROWS, error)


def _opened(book, name, columns, words, least_size=0, row_height=0):
    """写好标题行、条件行（没有条件就没有）、单位行和表头的一张表；前三列和表头不动。"""
    title, condition, note = words
    first = FIRST_ROW + bool(condition)
    given = {"least_size": least_size, "row_height": row_height, "repeated": ROW_KEYS}
    sheet = SheetWriter(book, name, columns, freeze=f"D{first}", **given)
    sheet.sheet.print_options.gridLines = True
    sheet.banner(title, styles.FORM_TITLE)
    if condition:
        lines = 1 + text_width(condition) // CONDITION_ROOM
        sheet.banner(condition, styles.FORM_CONDITION, height=6 + 14 * lines)
    sheet.banner(note, styles.FORM_UNIT, height=None)
    sheet.form_head(HEAD_HEIGHT)
    return sheet
