"""单元格的样式里读取库不说的：会补 0、加字的数字格式，和让人看不见内容的（;;; 格式，白底上的白字）。"""

from dataclasses import dataclass, field
from typing import Any

from taiping.ground.tables.number_formats import look_of

WHITE_NUMBERS = (1, 9)  # 旧的颜色表里的白
WHITE_THEME = "0"  # 主题颜色里的第一个是底色
NOTHING = (";;", ";;;")  # 正数、负数、零都不显示；第四段空着的，文字也不显示


@dataclass
class Styles:
    """样式的序号（xlsx 里是 bytes，xls 里是数）→ 数字格式；numbers、texts 是让数、文字看不见的那几种样式。"""

    formats: dict[Any, str] = field(default_factory=dict)
    numbers: set = field(default_factory=set)
    texts: set = field(default_factory=set)

    def add(self, number: Any, code: str, *, is_white: bool) -> None:
        """记下一种样式：code 是数字格式，is_white 是白底上的白字。"""
        code = code.replace(" ", "")
        if look_of(code, 1):
            self.formats[number] = code
        if is_white or code in NOTHING:
            self.numbers.add(number)
        if is_white or code == NOTHING[1]:
            self.texts.add(number)

    @property
    def told(self) -> set:
        """要一格格看的样式。"""
        return self.formats.keys() | self.numbers


def styles_of(root: Any) -> Styles:
    """xl/styles.xml 的根 → Styles。"""
    groups = {_name(each): list(each) for each in root}
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in groups.get("numFmts", [])}
    fonts = [_is_white(_child(font, "color")) for font in groups.get("fonts", [])]
    fills = [_is_bare(fill) for fill in groups.get("fills", [])]
    styles = Styles()
    for number, style in enumerate(groups.get("cellXfs", [])):
        is_white = _at(fonts, style.get("fontId"), False) and _at(fills, style.get("fillId"), True)
        code = codes.get(style.get("numFmtId"), "")
        styles.add(str(number).encode(), code, is_white=is_white)
    return styles


def _name(element):
    return element.tag.rpartition("}")[2]


def _child(element, name):
    return next((each for each in element if _name(each) == name), None)


def _at(values, place, default):
    place = int(place) if (place or "").isdecimal() else -1
    return values[place] if 0 <= place < len(values) else default


def _is_white(color):
    if color is None:
        return False
    if color.get("theme") is not None:
        return color.get("theme") == WHITE_THEME and color.get("tint", "0").strip("-0.") == ""
    if color.get("indexed") is not None:
        return color.get("indexed") in map(str, WHITE_NUMBERS)
    return (color.get("rgb") or "").upper().endswith("FFFFFF")


def _is_bare(fill):
    """没有底色，或底色是白的。"""
    pattern = _child(fill, "patternFill")
    if pattern is None:  # 渐变的
        return not len(fill)
    if pattern.get("patternType", "none") == "none":
        return True
    return _is_white(_child(pattern, "fgColor"))
