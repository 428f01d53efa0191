"""别人写来的文字：有多长、有多少由别人定，用的时间和地方只能和它成正比。"""

import unicodedata

FOLDED = 1000  # 比这再长的不是名字、数、日期、表头
LISTED = 20


def half_width(text):
    """全角转半角（NFKC），只转前 1000 个字。

    Unicode 规定叠在一个字上的音标要排好次序，标准库是插入排序：四万个音标要一秒多，用时按平方长。
    """
    return unicodedata.normalize("NFKC", text[:FOLDED]) + text[FOLDED:]


def listed(words, write=str):
    """句子里列出的几样，最多二十样：一个文件可以有几万样、几万处错，每处都列全就装不下。"""
    return "、".join(map(write, words[:LISTED])) + (
        f" 等 {len(words)} 个" if len(words) > LISTED else ""
    )
