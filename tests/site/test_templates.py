"""模板：全站一种写法，一行看得完，写错的名字当场看得出。"""

import unicodedata

import pytest
from django.template import engines
from django.urls import get_resolver
from jinja2 import UndefinedError, meta, nodes

from tests import ROOT

pytestmark = pytest.mark.any_database

TEMPLATES = ROOT / "templates"
ADMIN = TEMPLATES / "django"  # Django 自己的写法，只给后台
COLUMNS = 120  # 一个汉字算两格
DJANGO_ONLY = (
    "{% load ",
    "{% url ",
    "{% static ",
    "{% csrf_token",
    "{% with ",
    "{% comment",
    "forloop.",
)


def pages():
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if not path.is_relative_to(ADMIN)]


def environment():
    return engines["jinja2"].env


def name_of(path):
    return path.relative_to(TEMPLATES).as_posix()


def columns(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)


def show(text, **values):
    return environment().from_string(text).render(values)


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_a_page_is_jinja2_and_compiles(path):
    text = path.read_text(encoding="utf-8")

    environment().get_template(name_of(path))

    assert [word for word in DJANGO_ONLY if word in text] == []


def test_djangos_own_templates_are_the_admins_alone():
    own = [path for path in (TEMPLATES / "django").rglob("*") if path.is_file()]

    assert own
    assert [path for path in own if not path.is_relative_to(ADMIN / "admin")] == []


def test_no_line_is_longer_than_a_screen():
    long = [
        f"{name_of(path)}:{number} {columns(line)}"
        for path in pages()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if columns(line) > COLUMNS
    ]

    assert long == []


def test_templates_and_addresses_that_are_named_exist():
    missing = []
    for path in pages():
        tree = environment().parse(path.read_text(encoding="utf-8"))
        missing += [f"{name_of(path)}：{word}" for word in missing_names(tree)]

    assert missing == []


def missing_names(tree):
    """一份模板里写着、却没有的别的模板和网址；名字要直接写出来，不能现拼。"""
    for template in meta.find_referenced_templates(tree):
        if template is None or not (TEMPLATES / template).is_file():
            yield f"模板 {template}"
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url":
            name = call.args[0].value if isinstance(call.args[0], nodes.Const) else "没有写明"
            if not is_address(name):
                yield f"网址 {name}"


def is_address(name):
    space, _, short = name.rpartition(":")
    resolver = get_resolver()
    if space in resolver.namespace_dict:
        resolver = resolver.namespace_dict[space][1]
    elif space:
        return False
    return short in resolver.reverse_dict


def test_a_wrong_name_would_be_noticed():
    text = (
        """{% include "plots/x.html" %}{{ url('plots:pacth', 1) }}{{ url('no:x') }}{{ url(a) }}"""
    )

    assert list(missing_names(environment().parse(text))) == [
        "模板 plots/x.html",
        "网址 plots:pacth",
        "网址 no:x",
        "网址 没有写明",
    ]


def test_a_misspelt_name_fails_instead_of_showing_nothing():
    with pytest.raises(UndefinedError):
        show("{{ pacth }}")
    with pytest.raises(UndefinedError):
        show("{% if form.erors %}有错{% endif %}", form=object())


def test_what_people_wrote_is_escaped():
    assert show("<p>{{ note }}</p>", note="<b>三亩</b>") == "<p>&lt;b&gt;三亩&lt;/b&gt;</p>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请核对网址，\n    再打开。", "请核对网址，再打开。"),
        ("图斑\n  <b>甲</b>", "图斑\n  <b>甲</b>"),
        ("code\n  图斑", "code\n  图斑"),
        ("{# 说明\n   还有一行 #}图斑", "图斑"),
    ],
)
def test_a_chinese_sentence_may_go_on_in_the_next_line(text, shown):
    """汉字之间换行不多一个空格；别处的换行照旧。"""
    assert show(text) == shown
