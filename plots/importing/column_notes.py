"""各列要说的话：也像别的、同名的、没有表头又写着字的、是系统自己的列没有读的。看得见的一列也不悄悄丢下。"""

from collections import Counter

from plots.importing.layout import Layout
from plots.models.columns import Field
from taiping.ground.tables import column_letter
from taiping.ground.texts import listed


def column_notes(layout: Layout) -> list[str]:
    notes = [
        f"“{use.label}”也像“{Field(use.also).label}”，没有用它，按其他列保留。"
        for use in layout.uses
        if use.also
    ]
    return [*notes, *_renamed(layout), *_ours(layout), *_nameless(layout)]


def _renamed(layout):
    """和系统自己的列同名、几列同名的，存成了什么名字。"""
    renamed = [
        f"{use.letter} 列“{use.label}”记成“{key}”"
        for use in layout.uses
        if (key := layout.extras.get(use.index)) and key != " ".join(use.label.split())
    ]
    if not renamed:
        return []
    return [f"和系统自己的列、或和别的列同名的，换了名字保留：{listed(renamed)}。"]


def _ours(layout):
    """看着是系统自己写的列，没有读；不是人选的“不导入”。"""
    if layout.by_hand:
        return []
    ours = [f"“{use.label}”" for use in layout.uses if use.is_ours and use.samples]
    if not ours:
        return []
    return [
        f"{listed(ours)}是系统自己写进表里的列，没有读；"
        "如果是原来表里的，请在下面“各列是什么”里选“其他列”。"
    ]


def _nameless(layout):
    """没有表头的列里写着的字，没有读。"""
    code_at = layout.index(Field.CODE)
    if code_at is None or layout.by_hand:
        return []
    named = {use.index for use in layout.uses if use.header or use.field != Field.IGNORE}
    counts = Counter()
    for _, values in layout.sheet.rows[layout.start :]:
        if code_at < len(values) and values[code_at] is not None:
            filled = (at for at, value in enumerate(values) if value is not None)
            counts.update(at for at in filled if at not in named)
    told = [f"{column_letter(at)} 列 {count} 格" for at, count in sorted(counts.items())]
    if not told:
        return []
    return [
        f"没有表头的列里写着字，没有读：{listed(told)}。要保留，请在表里补上表头，"
        "或在下面“各列是什么”里选“其他列”。"
    ]
