"""查找文字的模式：文字长几倍，用的时间也只长几倍。一个网页进程里有一处不是这样，一个人就能让全镇打不开。"""

import ast
import importlib
import pkgutil
import re
from functools import cache
from re import _parser as parser

import pytest
from django.apps import apps

from tests import ROOT
from tests.worlds.hostile import loops_within_loops, too_slow

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.django_db,
]  # 装载 taiping.wsgi 时要看一眼数据库是哪个版本

PACKAGES = ("taiping", "villages", "tasks", "plots")
METHODS = {
    "search": "search",
    "match": "match",
    "fullmatch": "fullmatch",
    "findall": "findall",
    "finditer": "findall",
    "sub": "sub",
    "subn": "sub",
    "split": "sub",
}
# 以前的写法，都真的让网站停过：(模式, 怎么用)
SLOW = [
    (re.compile(r"(\w+://[^:/@\s]+:)[^@\s]+@"), "sub"),
    (
        re.compile(
            r"(?i)(['\"]?\b\w*(?:password|passwd|密码)\w*['\"]?\s*[=:：]\s*)('[^']*'|[^\s,;&}\]]+)"
        ),
        "sub",
    ),
    (re.compile(rb"\d+\s+\d+\s+obj\b"), "search"),
    (re.compile(rb'<(?:\w+:)?row\s[^>]*?r="(\d+)"'), "findall"),
    (re.compile(r"[+-]?(\d+\.?\d*|\.\d+)"), "fullmatch"),
    (re.compile(r"[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"), "sub"),
]


@cache
def sources():
    """[(文件, 语法树)]：程序的每个文件，迁移除外。"""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                found.append((path, ast.parse(path.read_text(encoding="utf-8"))))
    return found


@cache
def methods_used():
    """模式的名字 → 程序里怎么用它。"""
    used = {}
    for _, tree in sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in METHODS
            ):
                used.setdefault(name_of(node.func.value), set()).add(METHODS[node.func.attr])
    return used


def name_of(node):
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def held_in(value, deep=0):
    """一个变量里的模式：自己就是，或在列表、字典、类里面。"""
    if isinstance(value, re.Pattern):
        yield value
    elif deep < 4 and isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from held_in(item, deep + 1)
    elif deep < 4 and isinstance(value, dict):
        for item in (*value.keys(), *value.values()):
            yield from held_in(item, deep + 1)
    elif deep < 4 and isinstance(value, type) and value.__module__.split(".")[0] in PACKAGES:
        yield from held_in(dict(vars(value)), deep + 1)


def modules():
    for package in PACKAGES:
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def patterns():
    """{模式: 名字}：程序里每一个模式，和每个字段检查用的。"""
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            found |= {
                pattern: found.get(pattern, f"{module.__name__}.{name}")
                for pattern in held_in(value)
            }
    for model in apps.get_models():
        for field in (
            model._meta.concrete_fields if model.__module__.split(".")[0] in PACKAGES else ()
        ):
            for validator in field.validators:
                if pattern := getattr(validator, "regex", None):
                    found[pattern] = f"{model.__name__}.{field.name}"
    return found


def test_every_pattern_takes_time_in_proportion_to_the_text():
    found = patterns()

    slow = {}
    for pattern, name in found.items():
        methods = methods_used().get(
            name.rpartition(".")[2], {"search", "match", "fullmatch", "findall"}
        )
        if hostile := next(too_slow(pattern, sorted(methods)), None):
            slow[name] = hostile

    assert len(found) > 40
    assert slow == {}


def test_no_pattern_has_a_loop_within_a_loop():
    found = [
        name
        for pattern, name in patterns().items()
        if loops_within_loops(parser.parse(pattern.pattern, 0))
    ]

    assert found == []
    assert loops_within_loops(parser.parse(r"(a+)+b"))


@pytest.mark.parametrize(("pattern", "method"), SLOW, ids=[method for _, method in SLOW])
def test_patterns_that_once_stopped_the_site_are_found_out(pattern, method):
    assert next(too_slow(pattern, [method]), None)


def test_every_pattern_is_a_named_constant_of_its_module():
    """写在函数里的，上面的测试看不见。"""
    found = []
    for path, tree in sources():
        for inside in (
            node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda))
        ):
            found += [f"{path.name}:{node.lineno}" for node in ast.walk(inside) if calls_re(node)]
        found += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree)
            if calls_re(node, allowed=("compile", "escape"))
        ]
        found += [f"{path.name}:{node.lineno}" for node in ast.walk(tree) if hides_a_pattern(node)]

    assert found == []


def calls_re(node, allowed=("escape",)):
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_call and getattr(node.func.value, "id", "") == "re" and node.func.attr not in allowed


def hides_a_pattern(node):
    """换了名字的 re，和让数据库去找的模式。"""
    if isinstance(node, ast.ImportFrom):
        return node.module in ("re", "regex", "fnmatch")
    if isinstance(node, ast.Import):
        return any(
            alias.name in ("re", "regex", "fnmatch") and alias.asname for alias in node.names
        )
    return isinstance(node, ast.keyword) and (node.arg or "").endswith(("__regex", "__iregex"))
