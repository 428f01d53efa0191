"""图斑表里的一格 → 值；不对的抛 ValueError，说明是给人看的一句话。"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from plots.importing.parsed import QUOTED
from plots.models import Patch
from plots.models.columns import FACTS
from taiping.ground.codes import clean_code
from taiping.ground.tables import as_code, as_decimal, as_text, shown, tidy_header
from tasks.models import RemedyRoute

SMALLEST = Decimal("0.000001")
LARGEST, DOUBTFUL = Decimal(10) ** 9, Decimal(10_000)  # 亩：再大存不下；再大要提醒核对单位
NO_CODE = "没有填图斑编号，请按下发的编号填上。"
CODE_LENGTH = Patch._meta.get_field("code").max_length
TEXTS = [attr for attr in FACTS.values() if attr != "remedy"]
LENGTHS = {attr: Patch._meta.get_field(attr).max_length for attr in TEXTS}
QUOTES = str.maketrans(dict.fromkeys("“”\"'‘’「」"))  # 写没写引号、写哪一种，都是同一条路径


def patch_code(value) -> str:
    """图斑编号，收拾成存下来的写法。"""
    if value is None:
        raise ValueError(NO_CODE)
    if isinstance(value, date):
        raise ValueError(
            f"“{value}”是被表格软件改成日期的编号，请把这一列设成“文本”再填原来的编号。"
        )
    code = clean_code(as_code(value))
    if not code:
        raise ValueError(NO_CODE)
    if len(code) > CODE_LENGTH:
        raise ValueError(f"编号有 {len(code)} 个字，最多 {CODE_LENGTH} 个字，请核对。")
    return code


def area_in_mu(factor: Decimal | int, value) -> Decimal:
    """面积 → 亩，六位小数；factor 是一个单位合多少亩。"""
    amount = as_decimal(value)
    if amount is None:
        raise ValueError("没有填面积，请填大于 0 的数，如 3.50。")
    if not amount.is_finite() or abs(amount * factor) >= LARGEST:
        raise ValueError(f"“{shown(value)[:QUOTED]}”太大了，请核对面积和单位。")
    area = (amount * factor).quantize(SMALLEST, rounding=ROUND_HALF_UP)
    if area <= 0:
        raise ValueError(f"“{shown(value)}”不对，面积要大于 0，请填如 3.50。")
    return area


class Routes:
    """整改路径：known 是 {写法: 代码}；offered 是启用的名称，填错时列给人看。建的时候查一次库。"""

    def __init__(self):
        self.known, self.offered = {}, []
        for code, name, in_use in RemedyRoute.objects.values_list("code", "name", "in_use"):
            self.known |= {_tidy_name(name): code, code: code}
            if in_use:
                self.offered.append(name)

    def code_of(self, value) -> str:
        """名称或代码 → 存的代码。"""
        if code := self.known.get(_tidy_name(as_text(value))):
            return code
        choices = "、".join(self.offered)
        raise ValueError(f"没有“{as_text(value)}”这条整改路径，请填：{choices}。")


def _tidy_name(text):
    return tidy_header(text).translate(QUOTES)


def limited_text(most: int, value) -> str:
    """文字，最多 most 个字。"""
    text = value if isinstance(value, str) else as_text(value)
    if len(text) > most:
        raise ValueError(f"有 {len(text)} 个字，最多 {most} 个字，请改短。")
    return text
