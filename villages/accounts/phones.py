"""电话号码：列表、导出、日志和修改记录里只留头三位和后四位。"""

import re

NUMBER = re.compile(r"[+\d][\d\s\-]{6,}")
SEPARATORS = re.compile(r"[\s\-]")


def masked(number: str | None) -> str:
    """“13812341234” → “138****1234”；短号只留最后两位；空的还是空的。"""
    digits = SEPARATORS.sub("", number or "")
    if len(digits) >= 8:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""


def masked_change(value: str) -> str:
    """修改记录里不能原样留的值：电话留头尾，密码（散列值）一个字也不留。"""
    if value in ("", "None"):
        return value
    return masked(value) if NUMBER.fullmatch(value) else "******"
