"""单元格里的值 ↔ 文字、日期、数、是否：每个都收空值（None），填错了抛 ValueError，说明是给人看的一句话。"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from taiping.ground.codes import visible
from taiping.ground.dates import parse_day, within_reach
from taiping.ground.texts import half_width

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CARRIED = re.compile(r"""=\s*"([^"]*)"|['‘’`](.*)""", re.DOTALL)  # 文字外面给表格软件看的记号
SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+?\d+")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
LONGEST_NUMBER = 100  # 位数再多的不是数
EXCEL_DAY_ZERO = date(1899, 12, 30)
YES, NO = {"是", "有", "y", "yes", "true", "1", "√"}, {"否", "无", "n", "no", "false", "0", "×"}


def clean_text(value: Any) -> Any:
    """统一换行，去掉看不见的字符和首尾空白。"""
    if value.isprintable():  # 绝大多数格子：没有换行和控制字符，十万行时省一秒
        return value.strip()
    text = visible(value.replace("\r\n", "\n").replace("\r", "\n"))
    return CONTROL.sub("", text).strip()


def shown(value: Any) -> str:
    """在提示里怎么写这个值：日期 2024-09-30，是/否，数不带多余的 0。"""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 40:
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def as_text(value: Any) -> str:
    """→ str，空的是空串。"""
    return clean_text(shown(value))


def as_code(value: Any) -> str:
    """编号、代码 → str；="001"、'001 是文字 001；被改成科学计数法的不收，因为原来的数字已经丢了。"""
    text = as_text(value)
    if found := CARRIED.fullmatch(text):
        text = clean_text(found[1] if found[2] is None else found[2])
    lost = isinstance(value, float) and abs(value) >= 1e15  # 整数一位不差，多长都行
    if lost or SCIENTIFIC.fullmatch(text):
        raise ValueError(
            f"“{text}”是被表格软件改成科学计数法的编号，请把这一列设成“文本”再填完整的编号。"
        )
    return text


def as_date(value: Any) -> date | None:
    """日期：文字的写法见 taiping.ground.dates，或表格里的日期 → date 或 None。"""
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 20000 <= value < 80000:
        value = EXCEL_DAY_ZERO + timedelta(days=int(value))
    return within_reach(value) if isinstance(value, date) else parse_day(as_text(value))


def as_decimal(value: Any) -> Decimal | None:
    """数 → Decimal 或 None；收全角数字和 1,010.5 这样的千分位。表格里的数按 15 位有效数字读。"""
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if value is None or (
        isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 40
    ):
        return value
    text = half_width(as_text(value))
    if not text:
        return None
    if THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if isinstance(value, (bool, date)) or len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise ValueError(f"“{as_text(value)}”不是数字，请填如 3.50。")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"“{as_text(value)}”不是数字，请填如 3.50。") from None


def as_int(value: Any) -> int | None:
    """整数 → int 或 None；24.0 是 24，24.5 不收。"""
    try:
        number = as_decimal(value)
    except ValueError:
        raise ValueError(f"“{as_text(value)}”不是整数，请填如 24。") from None
    if number is None:
        return None
    if number.is_finite() and number == number.to_integral_value():
        return int(number)
    raise ValueError(f"“{as_text(value)}”不是整数，请填如 24。")


def as_bool(value: Any) -> bool | None:
    """是 / 否 → True / False，空的是 None。"""
    if isinstance(value, bool) or value is None:
        return value
    text = half_width(as_text(value)).lower()
    if not text:
        return None
    if text in YES | NO:
        return text in YES
    raise ValueError(f"“{as_text(value)}”看不出是还是否，请填“是”或“否”。")
