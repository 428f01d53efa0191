"""长句子在格子里怎么折行：先在标点后面断，标点不放在一行的开头。各家表格软件自己折，有的会把逗号折到行首。"""

from unicodedata import east_asian_width

AFTER = frozenset("，；、。：！？,;")  # 这些字后面断得开
NEVER_FIRST = AFTER | frozenset("）”’》〉】%)")


def text_width(text: str) -> int:
    """占几个半角的宽：汉字两个。"""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(char) in "WFA" else 1 for char in text)


def folded(text: str, room: float) -> str:
    """text 折成每行不超过 room 个半角；放得下、原来就分了行的照旧。用时和字数成正比。"""
    return "\n".join(_fold(line, room) for line in text.split("\n"))


def _fold(line, room):
    if text_width(line) <= room:
        return line
    lines, start, break_at, used, since = [], 0, 0, 0, 0
    for place, char in enumerate(line):
        width = text_width(char)
        is_full = used + width > room and place > start
        if is_full and char not in NEVER_FIRST:
            # 标点后面断得开、这一行又不会太短的，在那里断
            at_mark = break_at > start and since < room / 2
            cut = break_at if at_mark else place
            lines.append(line[start:cut])
            used, start = (since if at_mark else 0), cut
        used, since = used + width, since + width
        if char in AFTER:
            break_at, since = place + 1, 0
    return "\n".join([*lines, line[start:]])
