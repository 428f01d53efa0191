"""把量到的写成 README 和运行手册“快慢”里的表：一种数据库一段，另一种的留着。README 只写有底、有目标的几行。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from tests import ROOT

MANUAL = ROOT / "taiping" / "operations" / "README.md"
SHORT = ("页面", "总览")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Cell:
    """量到的一个数：哪张表、哪一行、哪一列，中位数（秒），是不是这一列的底，目标是底的几倍以内。"""

    table: str
    row: str
    column: str
    seconds: float
    is_floor: bool
    goal: float | None


def renew(cells):
    """换掉 README 和运行手册里这种数据库的一段。"""
    few = [cell for cell in cells if cell.table in SHORT and (cell.is_floor or cell.goal)]
    rewrite(ROOT / "README.md", few)
    rewrite(MANUAL, cells)


def rewrite(file, cells):
    start, end = (f"<!-- 快慢：{NAMES[connection.vendor]}{edge} -->" for edge in ("", "到这里"))
    before, _, rest = file.read_text(encoding="utf-8").partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{file.name} 里没有“{start}”到“{end}”，不知道写在哪里")
    tables = defaultdict(list)
    for cell in cells:
        tables[cell.table].append(cell)
    text = "\n\n".join(written(title, found) for title, found in tables.items())
    file.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def written(title, cells):
    """一张表：一行一样，一列一种大小，毫秒和（底的几倍）。"""
    columns = list(dict.fromkeys(cell.column for cell in cells))
    floors = {cell.column: cell for cell in cells if cell.is_floor}
    rows = defaultdict(dict)
    for cell in cells:
        rows[cell.row][cell.column] = cell
    head = [f"{title}（{NAMES[connection.vendor]}，毫秒）", *columns]
    lines = [head, ["---"] * len(head)]
    for name, row in rows.items():
        shown = [
            said(row[column], floors.get(column)) if column in row else "" for column in columns
        ]
        goals = [cell.goal for cell in row.values() if cell.goal]
        lines.append([f"{name}，不超过 {goals[0]} 倍" if goals else name, *shown])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def said(cell, floor):
    amount = milliseconds(cell.seconds)
    if floor is None or cell.is_floor:
        return amount
    return f"{amount}（{cell.seconds / floor.seconds:.1f}）"


def milliseconds(seconds):
    thousandths = seconds * 1000
    return f"{thousandths:.1f}" if thousandths < 100 else f"{thousandths:.0f}"
