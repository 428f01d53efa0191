"""把量到的写成 README 和运行手册“快慢”里的表：一种数据库一段，没有量的表留着。README 只写有底、有目标的几行。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from tests import ROOT

MANUAL = ROOT / "taiping" / "operations" / "README.md"
SHORT = "页面"
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
    """换掉运行手册里这种数据库的一段；README 里只有 SQLite 的。"""
    rewrite(MANUAL, cells)
    few = [cell for cell in cells if cell.table == SHORT and (cell.is_floor or cell.goal)]
    if few and connection.vendor == "sqlite":
        rewrite(ROOT / "README.md", few)


def rewrite(file, cells):
    start, end = (f"<!-- 快慢：{NAMES[connection.vendor]}{edge} -->" for edge in ("", "到这里"))
    before, _, rest = file.read_text(encoding="utf-8").partition(start)
    kept, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{file.name} 里没有“{start}”到“{end}”，不知道写在哪里")
    tables = defaultdict(list)
    for cell in cells:
        tables[cell.table].append(cell)
    blocks = {title_of(block): block for block in kept.strip().split("\n\n") if block}
    for title, found in tables.items():
        block = written(title, found)
        if title_of(block) in blocks and is_without_floor(found):
            continue  # 要比的库没有装：写了就不知道是几倍，留着以前比过的
        blocks[title_of(block)] = block
    text = "\n\n".join(blocks.values())
    file.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")


def is_without_floor(cells):
    """有目标，这次却没有量到底。"""
    return any(cell.goal for cell in cells) and not any(cell.is_floor for cell in cells)


def title_of(block):
    """表头的第一格：是哪一张表。"""
    return block.split("|")[1].strip()


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
        lines.append([f"{name}，想要 {goals[0]} 倍以内" if goals else name, *shown])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def said(cell, floor):
    amount = milliseconds(cell.seconds)
    if floor is None or cell.is_floor:
        return amount
    times = cell.seconds / floor.seconds
    return f"{amount}（{times:.1f}）" if times >= 1 else f"{amount}（{times:.2f}）"


def milliseconds(seconds):
    thousandths = seconds * 1000
    return f"{thousandths:.1f}" if thousandths < 100 else f"{thousandths:.0f}"
