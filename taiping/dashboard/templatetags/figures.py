"""总览、村页的模板用的：状态的样子、还有几天、用 Jinja2 排正文。数和日期的写法在 taiping.ground.format_tags。"""

from django import template
from django.template import engines
from django.utils.safestring import mark_safe

from taiping.ground.words import days_words
from taiping.progress.words import TAGS

register = template.Library()


@register.simple_tag(takes_context=True)
def board(context, name):
    """用 Jinja2 排 templates/board/ 里的一份正文，给它的数据和这一页的一样。"""
    return mark_safe(engines["board"].get_template(f"board/{name}.jinja").render(context.flatten()))  # noqa: S308 同上


@register.filter
def tag_class(state):
    return TAGS[state]


@register.filter
def left(milestone):
    return days_words(milestone.days_left)
