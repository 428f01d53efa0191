"""改动：预览时在页面上改的几格、认的村、不要的重复行；读文件的时候照着改，原文件不动。"""

from dataclasses import dataclass, field

from plots.models import Batch, Mend
from taiping.ground.tables import Sheet, key_of, tidy

Place = tuple[str, int, int]  # (表名, 行号, 第几列（从 0 起）)


@dataclass
class Mends:
    """cells 是改了的格子，villages 是 村的写法 → 村名，left 是不导入的 (表名, 行号)，moves 是
    编号在别的村有的行 (表名, 行号) → 是不是换了村。"""

    cells: dict[Place, str] = field(default_factory=dict)
    villages: dict[str, str] = field(default_factory=dict)
    left: set[tuple[str, int]] = field(default_factory=set)
    with_hidden: bool = False  # 连隐藏的一起读
    moves: dict[tuple[str, int], str] = field(default_factory=dict)
    originals: dict[Place, object] = field(default_factory=dict)  # 改以前的值，读了文件才有

    @classmethod
    def of(cls, batch: Batch) -> "Mends":
        mends = cls(with_hidden=batch.with_hidden)
        rows = Mend.objects.filter(batch=batch).order_by("pk")
        for kind, sheet, row, column, found, text in rows.values_list(
            "kind", "sheet", "row", "column", "found", "text"
        ):
            if kind == Mend.Kind.CELL:
                mends.cells[sheet, row, column] = text
            elif kind == Mend.Kind.VILLAGE and row:  # 写了行的，说的是这一行的村从哪里来
                mends.moves[sheet, row] = text
            elif kind == Mend.Kind.VILLAGE:
                mends.villages[found] = text
            else:
                mends.left.add((sheet, row))
        return mends

    def grounds(self) -> list:
        """能写成 JSON 的：变了就要重新读。"""
        cells = sorted([*place, text] for place, text in self.cells.items())
        moves = sorted([*place, text] for place, text in self.moves.items())
        villages = sorted(self.villages.items())
        return [cells, villages, sorted(self.left), self.with_hidden, moves]

    @property
    def key(self) -> str:
        """改成了什么样：看过的和要导入的是不是同一样。"""
        return key_of(self.grounds())

    def put_into(self, sheets: list[Sheet]) -> None:
        """改了的格子写进读到的表。"""
        by_sheet = {}
        for (name, row, column), text in self.cells.items():
            by_sheet.setdefault(name, {}).setdefault(row, []).append((column, text))
        for sheet in sheets:
            wanted = by_sheet.get(sheet.name, {})
            for number, values in sheet.rows if wanted else ():
                for column, text in wanted.get(number, ()):
                    values += [None] * (column + 1 - len(values))
                    self.originals[sheet.name, number, column] = values[column]
                    values[column] = tidy(text)
                    sheet.faults.pop((number, column), None)
                    sheet.looks.pop((number, column), None)
