"""数字格式：值是 123、格式是 000000 的格子，人看到的是 000123。"""

import re

# 一段格式拆成：引号里的字、\ 转义的字、占位的空白（_x、*x）、方括号、别的字
TOKEN = re.compile(r'"([^"]*)"|\\(.)|[_*].|(\[[^\[\]]*+\])|(.)', re.DOTALL)
COLOURS = re.compile(r"\[(?:\$-?[^\]]*|[a-z]{3,9}\d{0,2}|颜色 ?\d{1,2})\]", re.IGNORECASE)
LONGEST = 255  # 字：表格软件的格式最多这么长
PLAIN = "-+():,~ "  # 不用引号也照写的；逗号夹在 0 中间是千分位，另外不收


def look_of(code: str, value: int | float) -> str:
    """值照格式看上去的样子；和值自己写出来一样的、不是补 0 和加字的格式，是空文字。"""
    first = code[:LONGEST].split(";")[0]
    if not 0 <= value < 1e15 or value != int(value):
        return ""
    tokens = _tokens(first)
    zeros = tokens.count(None)
    if not zeros or (zeros == 1 and len(tokens) == 1):
        return ""
    digits = str(int(value)).zfill(zeros)
    left, text = len(digits) - zeros + 1, []
    for token in tokens:
        if token is None:
            text.append(digits[:left])
            digits, left = digits[left:], 1
        else:
            text.append(token)
    return "".join(text).strip()


def _tokens(code):
    """一段格式 → [照写的字，或 None（一位数字）]；有别的东西的是空的。"""
    tokens = []
    for found in TOKEN.finditer(code):
        quoted, escaped, bracket, char = found.groups()
        if bracket is not None:
            if not COLOURS.fullmatch(bracket):
                return []
        elif char == "0":
            tokens.append(None)
        elif char is not None:
            if char == "," or (char.isascii() and char not in PLAIN):
                return []
            tokens.append(char)
        elif quoted or escaped:
            tokens.append(quoted or escaped)
    return tokens
