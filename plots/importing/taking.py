"""收下预览页上填的：错的格子、认的村、重复的留哪一行，记成 Mend；别人先改了的不盖掉。"""

from dataclasses import dataclass, field

from django.db import transaction

from plots.importing.apply import Refused
from plots.importing.mending import FOUND, mending, value_at
from plots.importing.review import Review
from plots.models import Batch, Mend
from plots.models.columns import Field
from taiping.ground import dates
from taiping.ground.tables import shown
from taiping.ground.tables.cells import clean_text
from taiping.ground.web import whole_number
from villages.models import User
from villages.places.aliases import add_alias

REST_FOLLOW = "follow"
LONGEST = Mend._meta.get_field("text").max_length


@dataclass
class Taken:
    """收下了什么：count 记下几处，told 是要说的话（别人先改了、别名没有记成）。"""

    count: int = 0
    told: list[str] = field(default_factory=list)


@transaction.atomic
def take_mends(review: Review, given: dict, *, by: User) -> Taken:
    """收下预览页上填的：given 是交来的表单（名字 → 文字）；已经导入的抛 Refused。"""
    batch = Batch.objects.select_for_update().get(pk=review.batch.pk)
    if batch.applied_at:
        raise Refused(f"“{batch.name}”已经导入了，刚才填的没有用上。")
    made, taken = mending(review), Taken()
    mends = []
    for key, cell in made.cells.items():
        mends += _cell_mends(made, key, cell, given, taken)
    for repeat in made.repeats:
        mends += _left(made, repeat, given)
    for key, move in made.moves:
        mends += _moved(move, given.get(f"move-{key}") or given.get("rest-moves"))
    for mend in mends:
        mend.batch, mend.by, mend.at = batch, by, dates.now()
    _told_late(made, given, batch, taken)
    _save(mends)
    taken.count = len(mends)
    return taken


def _save(mends):
    Mend.objects.bulk_create(
        mends,
        batch_size=500,
        update_conflicts=True,
        update_fields=["text", "by", "at"],
        unique_fields=["batch", "kind", "sheet", "row", "column", "found"],
    )


def _cell_mends(made, key, cell, given, taken):
    typed = given.get(f"c-{key}")
    if typed is None:
        return []
    typed = " ".join(typed.split()) if cell.is_place else clean_text(typed)
    was = given.get(f"was-{key}", cell.value)
    if (not typed and cell.is_place) or typed in (was.strip(), cell.value.strip()):
        return []
    if was != cell.value:
        taken.told.append(_someone_else(cell.place[1], cell.label, cell.value, typed))
        return []
    if len(typed) > LONGEST:
        taken.told.append(
            f"第 {cell.place[1]} 行“{cell.label}”填了 {len(typed)} 个字，最多 {LONGEST} 个字，没有记。"
        )
        return []
    if cell.is_place:
        return _village_mends(made, key, cell, typed, given, taken)
    return [_cell_mend(made, cell.place, cell.label, typed)]


def _someone_else(row, label, now, typed):
    return f"第 {row} 行“{label}”别人刚改成了“{now}”，您填的“{typed}”没有用，请看一看再定。"


def _cell_mend(made, place, label, text):
    sheet, row, column = place
    layout = next(each for each in made.review.used if each.name == sheet)
    now = value_at(layout, row, column)
    found = made.review.lookups.mends.originals.get(place, now)
    return Mend(
        kind=Mend.Kind.CELL,
        sheet=sheet[:200],
        row=row,
        column=column,
        header=label[:100],
        found=shown(found)[:FOUND],
        text=text,
    )


def _village_mends(made, key, cell, name, given, taken):
    village = made.review.lookups.villages.match(name).village
    if village is None:
        return []
    if cell.spelling:
        if given.get(f"always-{key}") and (refusal := add_alias(village, cell.spelling)):
            taken.told.append(refusal)
        header = cell.label[:100]
        return [Mend(kind=Mend.Kind.VILLAGE, header=header, found=cell.spelling, text=village.name)]
    mends = [_cell_mend(made, cell.place, cell.label, village.name)]
    layout = next(each for each in made.review.used if each.name == cell.place[0])
    at = layout.index(Field.VILLAGE_CODE)
    if at not in (None, cell.place[2]):  # 村名、村代码不是一个村的：选了村，代码跟着它
        place = (*cell.place[:2], at)
        label = layout.columns[Field.VILLAGE_CODE].label
        mends.append(_cell_mend(made, place, label, village.code))
    return mends


def _left(made, repeat, given):
    """这一组不要的几行。没有选的照 rest：first 留最前面的，last 留最后的。"""
    group = made.review.reading.repeats
    rows = next(rows for rows in group.values() if _is_group(repeat, rows))
    keep = given.get(f"keep-{repeat.key}") or ""
    kept = next((row for row in repeat.rows if row.key == keep), None)
    if kept:
        chosen = kept.sheet, kept.number
    elif given.get("rest") in ("first", "last"):
        row = rows[0] if given["rest"] == "first" else rows[-1]
        chosen = row.sheet, row.number
    else:
        return []
    return [
        Mend(
            kind=Mend.Kind.LEFT,
            sheet=row.sheet[:200],
            row=row.number,
            header="整行",
            found=repeat.name[:FOUND],
            text=f"不导入，留第 {chosen[1]} 行",
        )
        for row in rows
        if (row.sheet, row.number) != chosen
    ]


def _moved(move, answer):
    """这一行换没换村；answer 是 REST_FOLLOW 的，能换的都换，不止一块可以换的先不动。"""
    if answer == REST_FOLLOW:
        answer = move.follows
    if answer not in move.answers:
        return []
    row = move.row
    return [
        Mend(
            kind=Mend.Kind.VILLAGE,
            sheet=row.sheet[:200],
            row=row.number,
            header="村",
            found=move.name[:FOUND],
            text=answer,
        )
    ]


def answer_moves(review: Review, answer: str, *, by: User) -> None:
    """要问的都这样答：REST_FOLLOW 或 NEW。"""
    mends = [mend for move in review.moves for mend in _moved(move, answer)]
    for mend in mends:
        mend.batch, mend.by = review.batch, by
    _save(mends)


def _is_group(repeat, rows):
    return (rows[0].sheet, rows[0].number) == (repeat.rows[0].sheet, repeat.rows[0].number)


def _told_late(made, given, batch, taken):
    """交来的格子已经不是错的了：别人先改好的，改得不一样就说一声。"""
    keys = {name.removeprefix("c-") for name in given if name.startswith("c-")} - set(made.cells)
    if not keys:
        return
    names = {layout.name: number for number, layout in enumerate(made.review.layouts)}
    for mend in Mend.objects.filter(batch=batch, kind=Mend.Kind.CELL):
        key = f"{names.get(mend.sheet)}-{mend.row}-{mend.column}"
        typed = given.get(f"c-{key}", "").strip()
        if key in keys and typed not in (mend.text, given.get(f"was-{key}", "").strip()):
            taken.told.append(_someone_else(mend.row, mend.header, mend.text, typed))
            keys.discard(key)
    for key in sorted(keys):
        _told_village(made.review, key, given[f"c-{key}"], taken)


def _told_village(review, key, typed, taken):
    """选村的那一格现在认得出了：别人选了别的村，或这种写法记成了别的村的别名。"""
    number, row, at = (whole_number(part, 7) for part in [*key.split("-"), "", ""][:3])
    if None in (number, row, at) or number >= len(review.layouts):
        return
    layout, villages = review.layouts[number], review.lookups.villages
    if at not in (layout.index(Field.VILLAGE), layout.index(Field.VILLAGE_CODE)):
        return
    now, chosen = (villages.match(each).village for each in (value_at(layout, row, at), typed))
    if now and chosen and now != chosen:
        label = next(use.label for use in layout.uses if use.index == at)
        taken.told.append(_someone_else(row, label, now.name, chosen.name))


def take_back(batch: Batch, pk: int) -> None:
    """一处改动不要了，照文件里原来的。"""
    Mend.objects.filter(batch=batch, batch__applied_at=None, pk=pk).delete()
