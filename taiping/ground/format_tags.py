"""模板里显示数和日期的写法，全站一致。"""

from datetime import date
from decimal import Decimal

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import mark_safe

from taiping.ground.area import plain, rounded
from taiping.ground.dates import long_date, short_date

register = template.Library()


@register.filter
def amount(value: Decimal | None, decimals: int | str = 2) -> str:
    """数量按小数位显示，千位不分隔：1010 → 1010.00；None → —。"""
    return "—" if value is None else format(rounded(value, int(decimals)), "f")


@register.filter
def short(value: Decimal | None) -> str:
    """数量去掉多余的 0：99.300000 → 99.3；None → —。"""
    return "—" if value is None else plain(value)


@register.filter
def day(value: date | None) -> str:
    """日期：2024年9月5日，不补 0；None → 空。"""
    return "" if value is None else long_date(value)


@register.filter
def md(value: date | None) -> str:
    """同一年里的日期：9月5日。"""
    return "" if value is None else short_date(value)


@register.filter
def signed(value: Decimal | None, decimals: int | str = 2) -> str:
    """增减：+3.50、−2、0（减号用排印的“−”）。"""
    value = rounded(value or 0, int(decimals))
    text = format(abs(value), "f")
    if not value:
        return text
    return f"+{text}" if value > 0 else f"−{text}"


@register.simple_tag(takes_context=True)
def show_block(context, name):
    """在另一处再显示一次某个 block：标题既进 <title> 又作 h1，页面只写一遍。"""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return mark_safe(block.render(context)) if block else ""  # noqa: S308 内容出自模板，变量已转义
