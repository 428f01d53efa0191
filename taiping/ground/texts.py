"""别人写来的文字：有多长、有多少由别人定，用的时间和地方只能和它成正比。"""

import unicodedata
from collections.abc import Callable, Sequence

FOLDED_CHARS = 1000  # 比这再长的不是名字、数、日期、表头
MAX_ITEMS = 20


def half_width(text: str) -> str:
    """全角转半角（NFKC），只转前 1000 个字。

    Unicode 规定叠在一个字上的音标要排好次序，标准库是插入排序：四万个音标要一秒多，用时按平方长。
    """
    return unicodedata.normalize("NFKC", text[:FOLDED_CHARS]) + text[FOLDED_CHARS:]


def listed(words: Sequence, write: Callable[..., str] = str) -> str:
    """句子里列出的几样，最多二十样：一个文件可以有几万样、几万处错，每处都列全就装不下。"""
    text = "、".join(write(word) for word in words[:MAX_ITEMS])
    return f"{text} 等 {len(words)} 个" if len(words) > MAX_ITEMS else text
