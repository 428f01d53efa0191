"""读各镇的进度文件：一个镇一份，读不了的说为什么，同一个镇几份的用最新的。"""

import codecs
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from taiping.ground.actors import actors
from taiping.ground.rates import ratio
from taiping.progress.states import MilestoneState

MOST_FILES = 1000
MOST_BYTES = 20_000_000
BY = ("village", "town", "district")
# Windows 的 PowerShell 用 > 写出来的是 UTF-16，老的命令行是 GBK
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NothingToRead(Exception):
    """文件夹里一份也读不了；说明是给人看的一句话。"""


@dataclass
class TownTarget:
    """一个镇的一项目标任务；没有数的是 None。"""

    code: str
    name: str
    unit: str
    quota: Decimal | None
    quota_count: int | None
    reported: Decimal | None
    confirmed: Decimal | None
    reported_count: int
    confirmed_count: int
    patch_count: int
    overdue: int
    state: MilestoneState
    reason: str
    parent: str = ""  # 上级任务的代码；早先的文件里没有
    is_measured: bool = False  # 靠监测的：没有上报、图斑这几样
    is_silent: bool = False  # 有一步截止已过，还没有报数

    @property
    def rate(self) -> Decimal | None:
        """核实占任务数几成；任务数只有个数的看个数，都没有是 None。"""
        if self.quota is not None:
            return ratio(self.confirmed, self.quota)
        return ratio(self.confirmed_count, self.quota_count)


@dataclass
class Town:
    """一个镇的一份文件。"""

    name: str
    plan: str
    on: date
    basis: str
    file: str
    overdue: int
    overdue_by: dict[str, int]
    targets: list[TownTarget] = field(default_factory=list)

    @property
    def late(self) -> list[TownTarget]:
        return [row for row in self.targets if row.state == MilestoneState.OVERDUE]

    @property
    def silent(self) -> list[TownTarget]:
        return [row for row in self.targets if row.is_silent]

    @property
    def late_count(self) -> int:
        """几项逾期：一项和它的“其中”算一项。"""
        parents = {row.code: row.parent for row in self.targets}
        return len({_root(row.code, parents) for row in self.late})

    @property
    def badness(self) -> tuple:
        """差的在前：逾期的任务多、逾期的图斑多、截止过了没有报数的多、占比低。"""
        own = [row.rate for row in self.targets if not row.parent]  # “其中”已经在上级的数里
        rates = [rate for rate in own if rate is not None]
        return (
            -self.late_count,
            -self.overdue,
            -len(self.silent),
            sum(rates) / len(rates) if rates else Decimal(1),
            self.name,
        )


@dataclass
class Rollup:
    """towns 差的在前；missing 是该交没交的；unread 是 [(文件, 为什么读不了)]；older 是被更新的顶替了的文件。"""

    towns: list[Town]
    missing: list[str]
    unread: list[tuple[str, str]]
    older: list[str]

    @property
    def newest(self) -> date:
        return max(town.on for town in self.towns)

    @property
    def stale(self) -> list[Town]:
        """不是截至最新那天的。"""
        return [town for town in self.towns if town.on < self.newest]


def read_folder(folder: Path, expected: Iterable[str] = ()) -> Rollup:
    """folder 里的 *.json → Rollup；expected 是该有的镇。一份也读不了抛 NothingToRead。"""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    if len(files) > MOST_FILES:
        raise NothingToRead(
            f"“{folder}”里有 {len(files)} 个 .json 文件，最多 {MOST_FILES} 个，请分开汇总。"
        )
    towns, unread, older = {}, [], []
    for path in files:
        try:
            town = read_town(path)
        except ValueError as problem:
            unread.append((path.name, str(problem)))
            continue
        former = towns.get(town.name)
        if former and former.on > town.on:
            older.append(path.name)
            continue
        if former:
            older.append(former.file)
        towns[town.name] = town
    if not towns:
        raise NothingToRead(_nothing(folder, unread))
    missing = [name for name in dict.fromkeys(expected) if name not in towns]
    return Rollup(sorted(towns.values(), key=lambda town: town.badness), missing, unread, older)


def _nothing(folder, unread):
    if not unread:
        return f"“{folder}”里没有 .json 文件。请先在各{actors.town}运行 progress --format json，把写出来的文件放进去。"
    told = "；".join(f"{name}：{why}" for name, why in unread[:5])
    return f"“{folder}”里的文件一份也读不了。{told}"


def read_town(path: Path) -> Town:
    """一份文件 → Town；读不了抛 ValueError，说明是给人看的一句话。"""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("太大了，不像进度文件")
    told = _parsed(path.read_bytes())
    try:
        return _town(told, path)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
        raise ValueError("不是 progress --format json 写出来的，或版本对不上") from None


def _parsed(content):
    for mark, encoding in MARKS:
        if content.startswith(mark):
            encodings = [encoding]
            break
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            raise ValueError("内容不完整，可能只写了一半，请重新写一份") from None
    raise ValueError("认不出是什么编码的文字")


def _town(told, path):
    by = told["overdue_by"]
    return Town(
        name=str(told.get("town") or path.stem),
        plan=str(told["plan_code"]),
        on=date.fromisoformat(told["as_of"]),
        basis=str(told["basis"]),
        file=path.name,
        overdue=int(told["overdue_count"]),
        overdue_by={key: int(by[key]) for key in BY},
        targets=[_target(row, str(told["as_of"])) for row in told["targets"]],
    )


def _target(row, on):
    return TownTarget(
        code=str(row["code"]),
        name=str(row["name"]),
        unit=str(row["unit"]),
        quota=_amount(row["quota"]),
        quota_count=_count(row["quota_count"]),
        reported=_amount(row["reported"]),
        confirmed=_amount(row["confirmed"]),
        reported_count=int(row["reported_count"]),
        confirmed_count=int(row["confirmed_count"]),
        patch_count=int(row["patch_count"]),
        overdue=sum(int(row["overdue_by"][key]) for key in BY),
        state=MilestoneState(row["state"]),
        reason=str(row["reason"]),
        parent=str(row.get("parent") or ""),
        is_measured="reading" in row,
        is_silent=bool(row.get("silent"))
        or any(_is_silent(step, on) for step in row["milestones"]),
    )


def _is_silent(step, on):
    """一步截止已过，还没有数；日期都是 2024-10-20 这样的文字。"""
    return step["state"] == MilestoneState.NO_DATA and (step["due_on"] or on) < on


def _root(code, parents):
    """最上面的那一项；文件里绕成圈的走一圈就停。"""
    walked = set()
    while parents.get(code) in parents and code not in walked:
        walked.add(code)
        code = parents[code]
    return code


def _amount(text):
    if text is None:
        return None
    amount = Decimal(str(text))
    if not amount.is_finite():
        raise ValueError(text)
    return amount


def _count(value):
    return None if value is None else int(value)
