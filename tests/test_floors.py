"""楼层：下面的楼不认得上面的楼；外键也只往下指。"""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {"villages": 1, "tasks": 2, "plots": 3, "taiping": 4}
# 地面：谁都可以用，自己不用任何一层；taiping.area 是老迁移里写着的地址
GROUND = {"taiping.ground", "taiping.area"}


def is_ground(module):
    return any(module == ground or module.startswith(ground + ".") for ground in GROUND)


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(floor, paths):
    for path in paths:
        for module in imports_of(path):
            top = module.split(".")[0]
            if top in FLOORS and not is_ground(module) and FLOORS[top] > FLOORS[floor]:
                yield f"{path.name} 用到了上面一层的 {module}"


@pytest.mark.parametrize("floor", ["villages", "tasks", "plots"])
def test_floor_imports_only_itself_and_the_floors_below(floor):
    files = list((ROOT / floor).rglob("*.py"))

    assert files
    assert list(violations(floor, files)) == []


def test_ground_imports_no_app():
    ground = [ROOT.joinpath(*name.split(".")) for name in GROUND]
    files = [
        file
        for path in ground
        for file in (path.with_suffix(".py"), *path.rglob("*.py"))
        if file.exists()
    ]

    found = [
        f"{path.name}: {module}"
        for path in files
        for module in imports_of(path)
        if module.split(".")[0] in FLOORS and not is_ground(module)
    ]

    assert len(files) > len(GROUND)
    assert found == []


def test_foreign_keys_point_down_the_floors():
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.concrete
        and field.is_relation
        and field.related_model._meta.app_label in FLOORS
        and FLOORS[field.related_model._meta.app_label] > FLOORS[model._meta.app_label]
    ]

    assert wrong == []


def test_an_upward_import_would_be_noticed(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text(
        "from plots.models import Patch\nfrom taiping.ground.area import plain\n", encoding="utf-8"
    )

    assert list(violations("tasks", [bad])) == ["bad.py 用到了上面一层的 plots.models.Patch"]
