"""文件和数据库比：新的、改的（旧 → 新）、没变的、文件里没有的。"""

from dataclasses import dataclass, field, replace

from taiping.ground.tables import as_text, clean_text, shown
from tasks.workbook.columns import BY_KIND, DELETABLE, ORDER
from tasks.workbook.document import Entry
from tasks.workbook.stored import is_withdrawn


@dataclass
class EntryChange:
    """一行的改动：fields 是 [(列名, 旧值, 新值)]，值都是给人看的文字。"""

    entry: Entry
    stored: Entry | None
    values: dict
    fields: list[tuple[str, str, str]]

    @property
    def word(self):
        return self.entry.word

    @property
    def label(self):
        whole = {**(self.stored.values if self.stored else {}), **self.entry.values}
        return replace(self.entry, values=whole).label


@dataclass
class Diff:
    new: list[EntryChange] = field(default_factory=list)
    changed: list[EntryChange] = field(default_factory=list)
    unchanged: list[EntryChange] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)  # 文件里没有的

    @property
    def deletable(self):
        return [entry for entry in self.missing if entry.kind in DELETABLE]

    @property
    def kept(self):
        return [entry for entry in self.missing if entry.kind not in DELETABLE]

    @property
    def is_empty(self):
        return not self.new and not self.changed

    def of(self, kind, changes):
        return [change for change in changes if change.entry.kind == kind]

    def counts(self):
        """[(哪类, 新, 改, 没变, 文件里没有)]，全是 0 的不列。"""
        rows = []
        for kind in ORDER:
            numbers = [
                len(self.of(kind, changes)) for changes in (self.new, self.changed, self.unchanged)
            ]
            numbers.append(sum(entry.kind == kind for entry in self.missing))
            if any(numbers):
                rows.append((BY_KIND[kind].word, *numbers))
        return rows


def compare(check):
    """Check → Diff。要先没有错误。"""
    diff, stored = Diff(), check.stored
    for kind in ORDER:
        if kind == "reading":
            _compare_readings(diff, check)
            continue
        for key, entry in check.in_file[kind].items():
            old = stored.get(kind, key)
            values = {
                n: v
                for n, v in entry.values.items()
                if old is None or not same(old.values.get(n), v)
            }
            change = EntryChange(entry, old, values, [])
            change.fields = [
                _field(kind, name, old, value)
                for name, value in values.items()
                if name not in KEYLESS and not (old is None and is_own_place(entry, name))
            ]
            (diff.new if old is None else diff.changed if values else diff.unchanged).append(change)
        if kind in check.document.kinds:
            diff.missing += [entry for entry in check.kept(kind) if _is_listed(check, entry)]
    return diff


KEYLESS = {"created_at"}


def is_own_place(entry, name):
    """顺序没有人写，是按行的先后补的：新加的行不说它。"""
    return name == "order" and as_text(entry.row.cells.get("order")) == ""


def _is_listed(check, entry):
    """这条成员的那一列文件里有没有；没有那一列就不能说文件里少了它。"""
    return entry.kind != "member" or entry.values["position"] in check.document.positions


def _compare_readings(diff, check):
    """监测只增不改：村、日期、数值、来源都一样的算同一条，其余都是新的。撤回了的也算有，旧文件不会把它录回来。"""
    known = {key[:5] for key in check.stored.entries["reading"]}
    used = set()
    for key, entry in check.in_file["reading"].items():
        if key[:5] in known:
            diff.unchanged.append(EntryChange(entry, None, {}, []))
            used.add(key[:5])
        else:
            fields = [
                _field("reading", n, None, v) for n, v in entry.values.items() if n not in KEYLESS
            ]
            diff.new.append(EntryChange(entry, None, dict(entry.values), fields))
    if "reading" in check.document.kinds:
        diff.missing += [
            entry
            for key, entry in check.stored.entries["reading"].items()
            if key[:5] not in used and not is_withdrawn(entry)
        ]


def same(old, new):
    if isinstance(old, str) and isinstance(new, str):
        return clean_text(old) == clean_text(new)
    return old == new or (old in (None, "") and new in (None, ""))


def _field(kind, name, old, value):
    column = BY_KIND[kind].column(name)
    return column.header, worded(column, old.values.get(name)) if old else "", worded(column, value)


def worded(column, value):
    """值的中文：选项写选项的字，是否写是否，空的写（空）。"""
    if value in (None, ""):
        return "（空）"
    if column.choices:
        return column.choices.get(value, value)
    if isinstance(value, tuple):
        return "，".join(part for part in value if part)
    return shown(value)
