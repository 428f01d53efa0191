"""隐藏的表、行、列、格子：人在表格软件里看不见的。说出有哪些，平常不读，要的时候一起读。"""

from taiping.ground.tables.cells import shown
from taiping.ground.tables.sheets import Sheet, column_letter

MOST_LISTED = 5


def hidden_in(sheets: list[Sheet]) -> list[str]:
    """看不见、又有内容的，各一句（没有句号）；都看得见的是 []。"""
    told = []
    for sheet in sheets:
        if sheet.is_hidden:
            told += [f"表“{sheet.name}”整张是隐藏的（{len(sheet.rows)} 行）"] if sheet.rows else []
            continue
        name = f"表“{sheet.name}”" if len(sheets) > 1 else ""
        rows = [number for number, _ in sheet.rows if number in sheet.hidden_rows]
        if rows:
            told.append(f"{name}有 {len(rows)} 行是隐藏的（第 {_listed(rows)} 行）")
        columns = sorted(at for at in sheet.hidden_columns if _header(sheet, at))
        if columns:
            texts = [f"{column_letter(at)} 列“{_header(sheet, at)[:20]}”" for at in columns]
            told.append(f"{name}有 {len(columns)} 列是隐藏的（{_listed(texts)}）")
        cells = _hidden_cells(sheet)
        if cells:
            told.append(
                f"{name}有 {len(cells)} 格的内容看不见（白底上的白字，或数字格式不显示：{_listed(cells)}）"
            )
    return told


def _hidden_cells(sheet):
    """行和列都看得见、内容看不见的格子：B3。"""
    found = []
    for number, values in sheet.rows if sheet.hidden_cells else ():
        for at, value in enumerate(values):
            is_told = at in sheet.hidden_columns or number in sheet.hidden_rows
            if value is not None and (number, at) in sheet.hidden_cells and not is_told:
                found.append(f"{column_letter(at)}{number}")
    return found


def _listed(things):
    text = "、".join(map(str, things[:MOST_LISTED]))
    return f"{text} 等" if len(things) > MOST_LISTED else text


def _header(sheet, at):
    """这一列最上面的字；一格也没有写的是空文字。"""
    values = (values[at] for _, values in sheet.rows if at < len(values))
    return next((shown(value) for value in values if value is not None), "")


def leave_hidden_out(sheets: list[Sheet]) -> list[Sheet]:
    """看不见的表、行、列、格子都去掉；列还占着位置。

    上下合并的格子，最上面一行隐藏了，字在看得见的第一行里看得见，就写在那里。
    """
    visible = [sheet for sheet in sheets if not sheet.is_hidden]
    for sheet in visible:
        if not (sheet.hidden_rows or sheet.hidden_columns or sheet.hidden_cells):
            continue
        rows = dict(sheet.rows)
        sheet.merges = [_shown_merge(sheet, rows, merge) for merge in sheet.merges]
        sheet.rows = [
            (number, _seen(sheet, number, values))
            for number, values in sorted(rows.items())
            if number not in sheet.hidden_rows
        ]
        sheet.rows = [row for row in sheet.rows if any(value is not None for value in row[1])]
    return visible


def _seen(sheet, number, values):
    """一行里看得见的值；看不见的空着。"""
    seen = list(values)
    for at in range(len(seen)):
        if at in sheet.hidden_columns or (number, at) in sheet.hidden_cells:
            seen[at] = None
    return seen


def _shown_merge(sheet, rows, merge):
    top, bottom, at = merge
    values = rows.get(top, [])
    value = values[at] if at < len(values) else None
    if top not in sheet.hidden_rows or value is None:
        return merge
    for number in range(top + 1, bottom + 1):
        if number not in sheet.hidden_rows:
            row = rows.setdefault(number, [])
            row += [None] * (at + 1 - len(row))
            row[at] = value
            return number, bottom, at
    return merge
