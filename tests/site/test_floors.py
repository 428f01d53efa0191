"""楼层：下面的楼不认得上面的楼——导入、外键、模板、网址的名字、模板的写法都算。

楼层按文件夹分，从地面往上排；每一层只用排在它前面的。
"""

import ast
import re

import pytest
from django.apps import apps
from django.template import engines

from tests import ROOT

pytestmark = pytest.mark.any_database

APPS = ("taiping", "villages", "tasks", "plots")
# 从下往上。写得细的先认：plots.models 是三楼的表，plots 是三楼剩下的（后台、网址、命令）。
FLOORS = [
    "taiping.ground",
    "villages.models",
    "tasks.models",
    "plots.models",
    "villages.accounts",
    "villages.rules",
    "plots.evidence",
    "plots.ledger",
    "plots.geometry",
    "plots.actions",
    "plots.exporting",
    "villages.places",
    "plots.importing",
    "tasks.workbook",
    "tasks.rules",
    "plots.rules",
    "tasks.pages",
    "plots.pages",
    "villages",
    "tasks",
    "plots",
    "taiping.progress",
    "taiping.subsidies",
    "taiping.assessment",
    "taiping.reports",
    "taiping.dashboard",
    "taiping.reminders",
    "taiping.demo",
    "taiping.operations",
    "taiping.audit",
    "taiping",
]
RANK = {name: place for place, name in enumerate(FLOORS)}
PEERS = {
    "taiping.subsidies",
    "taiping.assessment",
    "taiping.reports",
    "taiping.dashboard",
}  # 并排的几间：页面上互相有链接，代码互不导入
OLD_ADDRESS = "taiping.area"  # 迁移里写着的老地址，别处不用
# serve 到要服务的时候才装网站：whitenoise 装载时清点静态文件，要在收集之后
ON_PURPOSE = {("taiping/operations/management/commands/serve.py", "taiping.wsgi")}
# 模板的文件夹、网址的名字空间各属于哪一层；直接放在 templates/ 下的是页面的框架，归 taiping；admin 是 Django 的
PLACES = {
    "villages": "villages.accounts",
    "tasks": "tasks.pages",
    "plots": "plots.pages",
    "dashboard": "taiping.dashboard",
    "reports": "taiping.reports",
    "subsidies": "taiping.subsidies",
    "assessment": "taiping.assessment",
    "reminders": "taiping.reminders",
}
TEMPLATE = re.compile(r"""["'](\w{1,40})/[\w/]{1,80}\.html["']""")
NAMED = "villages|tasks|plots|dashboard|reports|subsidies|assessment|reminders"
URL = re.compile(rf"""["']({NAMED}):\w{{1,60}}["']""")


def floor_of(module):
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in RANK:
            return name
    raise AssertionError(f"{module} 不在哪一层")


def sources():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path):
    """导入了哪些模块；from 包 import 模块 算那个模块。"""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if is_module(whole) else node.module


def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def looks_up(here, there):
    return RANK[there] > RANK[here]


def names_up(here, there):
    return looks_up(here, there) and not {here, there} <= PEERS


def upward_imports(path, here):
    for module in imports_of(path):
        if module.split(".")[0] not in APPS or module == OLD_ADDRESS:
            continue
        place = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        if looks_up(here, floor_of(module)) and (place, module) not in ON_PURPOSE:
            yield f"{place} 用到了上面一层的 {module}"


def upward_names(text, here):
    """写在文字里的：模板的名字、网址的名字、模板标签的库。"""
    for found in TEMPLATE.finditer(text):
        if names_up(here, PLACES.get(found[1], here)):
            yield f"模板 {found[0]}"
    for found in URL.finditer(text):
        if names_up(here, PLACES[found[1]]):
            yield f"网址 {found[0]}"


def test_every_folder_imports_only_the_floors_below_it():
    found = []
    for path in sources():
        found += upward_imports(path, floor_of(module_of(path)))

    assert found == []


def test_code_names_no_template_or_url_of_a_higher_floor():
    found = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for name in upward_names(text, floor_of(module_of(path))):
            found.append(f"{path.relative_to(ROOT)}：{name}")

    assert found == []


def test_templates_name_nothing_of_a_higher_floor():
    found = []
    for path in sorted((ROOT / "templates").rglob("*.*")):
        place = path.relative_to(ROOT / "templates").parts
        place = place[1:] if place[0] == "django" else place
        here = PLACES.get(place[0], "taiping")
        for name in upward_names(path.read_text(encoding="utf-8"), here):
            found.append(f"{'/'.join(place)}：{name}")

    assert found == []


def test_filters_and_functions_of_templates_come_from_the_ground():
    """哪一层的模板都能用的写法，只能是地面的（或 Django、Jinja2 自带的）。"""
    env = engines["jinja2"].env
    ours = [
        thing.__module__
        for thing in (*env.filters.values(), *env.globals.values())
        if thing.__module__.split(".")[0] in APPS
    ]

    assert {floor_of(module) for module in ours} == {"taiping.ground"}


def test_no_two_folders_go_round_in_a_circle():
    """排好了次序就没有圈；这里另外看一眼每个文件夹真的排得进次序。"""
    assert len(RANK) == len(FLOORS)
    assert {floor_of(module_of(path)) for path in sources()} == set(FLOORS)


def test_foreign_keys_point_down_the_floors():
    wrong = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in APPS:
            continue
        for field in model._meta.get_fields():
            if not (field.concrete and field.is_relation):
                continue
            there = field.related_model.__module__
            is_ours = there.split(".")[0] in APPS
            if is_ours and looks_up(floor_of(model.__module__), floor_of(there)):
                wrong.append(f"{model.__name__}.{field.name}")

    assert wrong == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from plots.models import Patch", "bad.py 用到了上面一层的 plots.models"),
        ("from plots import actions", "bad.py 用到了上面一层的 plots.actions"),
        ("import taiping.progress.words", "bad.py 用到了上面一层的 taiping.progress.words"),
    ],
)
def test_an_upward_import_would_be_noticed(tmp_path, line, said):
    bad = tmp_path / "bad.py"
    bad.write_text(f"{line}\nfrom taiping.ground.area import plain\n", encoding="utf-8")

    assert list(upward_imports(bad, "tasks.models")) == [said]


def test_an_upward_name_would_be_noticed():
    text = """{% include "plots/_field.html" %}{% url 'dashboard:village' 1 %}"""

    assert list(upward_names(text, "tasks.pages")) == [
        '模板 "plots/_field.html"',
        "网址 'dashboard:village'",
    ]
