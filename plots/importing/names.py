"""图斑表的表头：一种写法像哪一项。"""

from typing import NamedTuple

from plots.models.column_aliases import ColumnAlias
from plots.models.columns import (
    AREAS,
    BRACKETED,
    CLOUD,
    FOUND_VILLAGE,
    HEADERS,
    MEASURED,
    UNIT_WORDS,
    WITH_UNIT,
    Field,
)
from taiping.ground.tables import ERROR_HEADER, HeaderIndex, tidy_header

AREA_FIELDS = {Field.AREA, *AREAS}
PLACED = {Field.VILLAGE, Field.VILLAGE_CODE}
LAST = 10_000  # 由图形算出的列：文件自己有的时候不用


class Guess(NamedTuple):
    """像哪一项；order 是写法的先后，小的优先。"""

    field: str
    order: int


class Names(HeaderIndex):
    """表头的写法：模板和台账自己的表头，加上后台“表头的写法”。建的时候查一次库。"""

    def __init__(self, *, cloud: bool = False):
        own = [(header, Guess(field, -1)) for field, header in HEADERS.items()]
        aliases = ColumnAlias.objects.values_list("text", "field", "order")
        super().__init__([*own, *((text, Guess(field, order)) for text, field, order in aliases)])
        self.cloud = cloud
        self.known[tidy_header(ERROR_HEADER)] = Guess(Field.IGNORE, -1)
        self.known[tidy_header(MEASURED)] = Guess(Field.AREA_MU, LAST)
        self.known[tidy_header(FOUND_VILLAGE)] = Guess(Field.VILLAGE, LAST)

    def look_up(self, key: str) -> Guess | None:
        guess = self._guess(key)
        return guess if guess and (self.cloud or guess.field not in CLOUD) else None

    def _guess(self, key):
        if key in self.known:
            return self.known[key]
        if unit := WITH_UNIT.fullmatch(key):
            guess = self.known.get(unit[1])
            if guess and guess.field in AREA_FIELDS:
                return Guess(UNIT_WORDS[unit[2]], guess.order)
        guess = self.known.get(BRACKETED.sub("", key))
        return guess if guess and guess.field not in AREA_FIELDS else None

    def fields_in(self, values) -> set[str]:
        """一行里认得的是哪几项。"""
        return {guess.field for guess in self.columns_in(values).values()}

    def is_header(self, values) -> bool:
        fields = self.fields_in(values)
        others = {*CLOUD} if self.cloud else PLACED | AREA_FIELDS
        return Field.CODE in fields and bool(fields & others)
