"""编号只有一种写法可比：全角半角、看不见的字符、各种横线、大小写都不算不同，哪里来的编号都照这里收拾。

clean_code 是存下来、给人看的（大小写照人写的）；code_key 是比对、查找用的；look 再不分字形相近的字，只用来提醒。
"""

import re

from taiping.ground.texts import half_width

# 看不见的：零宽的空格和连接符、软连字符、书写方向、变体选择符、空白的占位字
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
DASH = "\u058a\u05be\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2796\u2e3a\u2e3b\u30fc\ufe58\ufe63\uff0d\uff70"
DASHES = re.compile(f"[{DASH}]+")
SEPARATORS, ZEROS = re.compile(r"[\W_]+"), re.compile(r"(?<!\d)0+(?=\d)")
# 字形相近的：先小写；西里尔、希腊字母里和拉丁字母一个样子的，再是 o 和 0、l 和 i 和 1
ALIKE = str.maketrans("авеёкмнорстухіјѕαβεηικμνορτυχ", "abeekmhopctyxijsabenikuvoptux")
ALIKE |= str.maketrans("oli|οιо", "0111010")


def visible(text: str) -> str:
    """去掉看不见的字符。"""
    return text if text.isascii() else INVISIBLE.sub("", text)


def clean_code(text: str) -> str:
    """编号 → 存下来的写法：全角转半角，去掉看不见的字符，横线都是减号，换行、连着的空白是一个空格。"""
    if not text.isascii():
        text = DASHES.sub("-", half_width(DASHES.sub("-", INVISIBLE.sub("", text))))
        text = INVISIBLE.sub("", text)
    return text if text.isalnum() else " ".join(text.split())


def code_key(text: str) -> str:
    """编号 → 比对用的：看上去一样、只差大小写的得到同一个。"""
    return clean_code(text).casefold()


def look(text: str) -> str:
    """编号 → 乍一看的样子：再不分分隔符是哪一种、前面有几个 0、字形相近的字。样子一样的不一定是同一块。"""
    plain = SEPARATORS.sub("-", code_key(text).translate(ALIKE)).strip("-")
    return ZEROS.sub("", plain) if "0" in plain else plain
