"""从表格里粘贴的各村监测数：一行一个村，村名和数。"""

import re
from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from taiping.ground.tables import Problem, as_decimal
from villages.models import Village
from villages.places.matching import VillageIndex

LINE = re.compile(r"([^\s,，]+)[\s,，]+(\S+)(.*)")
SHEET = "粘贴的内容"
MOST_LINES = 1000


def value_field(**kwargs) -> forms.DecimalField:
    """一个监测数的格子。"""
    return forms.DecimalField(
        max_digits=15,
        decimal_places=6,
        min_value=0,
        error_messages={"min_value": "数值不能是负数。"},
        **kwargs,
    )


def read_pasted(
    text: str, villages: Iterable[Village]
) -> tuple[dict[Village, Decimal], list[Problem]]:
    """粘贴的文字 → ({村: 数}, 全部问题)。村名和数中间是制表符、空格或逗号；空行不算。"""
    index, values, places, problems = VillageIndex(villages), {}, {}, []
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        advice = f"有 {len(lines)} 行，最多 {MOST_LINES} 行，一个村一行。"
        return {}, [Problem(SHEET, MOST_LINES + 1, "", "", advice)]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            village, value = _row(line.strip(), index)
            if village in places:
                raise ValueError(f"{village}在第 {places[village]} 行已经写了，请只留一行。")
        except ValueError as refusal:
            problems.append(Problem(SHEET, number, "", line.strip()[:60], str(refusal)))
            continue
        places[village], values[village] = number, value
    if not places and not problems:
        problems.append(Problem(SHEET, 0, "", "", "没有内容。请粘贴村名和数，一个村一行。"))
    return values, problems


def _row(line: str, index: VillageIndex) -> tuple[Village, Decimal]:
    """一行 → (村, 数)；读不了抛 ValueError，几处不对一起说。"""
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError("要写村名和数两样，中间用制表符、空格或逗号隔开。")
    name, number, rest = found.groups()
    if rest.strip(" \t,，\u3000"):
        raise ValueError("多出了别的内容，一行只写村名和数两样。")
    village, reason = index.match(name)
    sentences = [reason] if reason else []
    value = None
    try:
        value = value_field().clean(as_decimal(number.rstrip(",，")))
    except ValidationError as error:
        sentences += error.messages
    except ValueError as refusal:
        sentences.append(str(refusal))
    if sentences:
        raise ValueError("".join(sentences))
    return village, value
