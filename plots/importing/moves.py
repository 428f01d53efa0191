"""换村：表里的编号系统里有，却在别的村。是那一块换了村，还是另外一块，由人说了才导入，不会悄悄多出一块。"""

from collections.abc import Callable
from dataclasses import dataclass, field

from plots.importing.parsed import ParsedRow
from taiping.ground.tables import Problem
from villages.models import Village

NEW = "另外一块，新增"
FOLLOWS = "从{}换来"


@dataclass
class Move:
    """要问的一行：olds 是系统里编号一样、文件里没有写的几块 {村名: Existing}。"""

    row: ParsedRow
    olds: dict
    problem: Problem | None = None

    @property
    def name(self) -> str:
        return f"{self.row.village.name} {self.row.code}"

    @property
    def answers(self) -> list[str]:
        return [*(FOLLOWS.format(name) for name in self.olds), NEW]

    @property
    def follows(self) -> str:
        """换村的那个答案；不止一块可以换的是空，要一行行选。"""
        return self.answers[0] if len(self.olds) == 1 else ""


@dataclass
class Settled:
    """问过的：new 按新图斑导入，changed 换了村，twins 是别的村也有、不用问的，asked 还等着人说。"""

    new: list[ParsedRow] = field(default_factory=list)
    changed: list = field(default_factory=list)
    twins: list[ParsedRow] = field(default_factory=list)
    asked: list[Move] = field(default_factory=list)


def settle_moves(
    rows: list[ParsedRow], known: dict, answers: dict, change_of: Callable, *, named: bool
) -> Settled:
    """rows 是编号在别的村有的行；known 是文件里没有写到的现有图斑，换走的从里面拿掉。

    answers 是人说的 {(表名, 行号): 答案}；change_of(row, old, 村名) 是换了村的改动。
    """
    settled, takers = Settled(), {}
    if not rows:
        return settled
    here = _by_code(known, {row.key[1] for row in rows})
    for row in rows:
        move = Move(row, {name: old for name, _, old in here.get(row.key[1], ())})
        answer = answers.get((row.sheet, row.number))
        keys = {FOLLOWS.format(name): (name, key) for name, key, _ in here.get(row.key[1], ())}
        if not move.olds:
            settled.twins.append(row)
            settled.new.append(row)
        elif answer == NEW:
            settled.new.append(row)
        elif answer in keys and answer not in takers.setdefault(row.key[1], {}):
            name, key = keys[answer]
            takers[row.key[1]][answer] = row
            settled.changed.append(change_of(row, known.pop(key), name))
        else:
            move.problem = _problem(move, takers.get(row.key[1], {}).get(answer), named)
            settled.asked.append(move)
    return settled


def _by_code(known, codes):
    """{编号的可比写法: [(村名, 键, 现有的)]}；已经不算了的不在内。"""
    found = {}
    for key, old in known.items():
        if key[1] in codes and not old.has_ended:
            found.setdefault(key[1], []).append((key, old))
    names = dict(Village.objects.values_list("pk", "name")) if found else {}
    return {
        code: [(names[old.village], key, old) for key, old in olds] for code, olds in found.items()
    }


def _problem(move, taker, named):
    row, places = move.row, "、".join(move.olds)
    if taker:
        advice = f"第 {taker.number} 行也选了从{places}换来，只能有一行，请改选。"
    else:
        advice = (
            f"系统里{places}已经有 {row.code}，文件里没有写它。是它换了村，请选“从{places}换来”；"
            f"是另外一块，请选“新增”；村写错了请改。"
        )
    return Problem(row.sheet if named else "", row.number, "村", row.village.name, advice)
