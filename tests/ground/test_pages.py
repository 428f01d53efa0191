"""页面上的值：不包 Markup 的转义，和 markupsafe 的写出来一样；标明是 HTML 的不再转义。"""

import pytest
from django.template import engines
from django.utils.safestring import mark_safe
from jinja2.exceptions import UndefinedError
from markupsafe import Markup, escape

from taiping.ground.pages import Pages
from villages.models import Role

ODD = [
    "太平镇",
    "",
    "<script>alert('一')</script>",
    'a&b"c',
    "？plan=2024&on=2024-10-20",
    12,
    -0.5,
    None,
    True,
    ["<", 1],
    Role.LEADER,
    Markup("<b>粗</b>"),
    mark_safe("<i>斜</i>"),
    escape("<已转义>"),
]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_value_is_escaped_as_markupsafe_does(value):
    assert Pages.escaped(value) == escape(value)


def page(source, **given):
    env = engines["jinja2"].env
    return env.from_string(source).render(given)


def test_a_page_escapes_what_people_typed():
    assert page("<td>{{ name }}</td>", name="<b>&'") == "<td>&lt;b&gt;&amp;&#39;</td>"


def test_html_goes_through_macros_and_blocks_once():
    source = """
    {%- macro cell(value) %}<td>{{ value }}</td>{% endmacro -%}
    {%- set kept %}<p>{{ name }}</p>{% endset -%}
    {{ cell(name) }}{{ kept }}{{ name|safe }}{% filter trim %} {{ cell(kept) }} {% endfilter %}"""

    found = page(source, name="<>")

    assert found == "<td>&lt;&gt;</td><p>&lt;&gt;</p><><td><p>&lt;&gt;</p></td>"


def test_what_is_not_there_is_not_written_as_nothing():
    with pytest.raises(UndefinedError):
        page("{{ nobody }}")
