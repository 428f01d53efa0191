"""程序里没有哪个镇的名字、代码、中央经线、坐标：那些都是数据（fixtures/）和设置。

文档、测试、演示（taiping/demo）说的就是随系统带的那个镇，不在内；装过的迁移不改，也不在内。
"""

import json
import re

import pytest

from taiping.town import shipped_town
from tests import ROOT

FOLDERS = ("taiping", "tasks", "villages", "plots", "templates", "static")
FILES = ("manage.py", "pyproject.toml", ".env.example")
LEFT_OUT = re.compile(r"taiping/demo/|/migrations/|README\.md$|/help/.*\.webp$")
KINDS = {".py", ".html", ".jinja", ".txt", ".js", ".css", ".json", ".svg", ".toml", ".example", ""}
# 市、区和它的代码；中央经线、这一带的坐标当数写着的
PLACE = r"铜梁|铜委|铜府|重庆|渝|500224|500151"
NUMBERS = r"\b10[56]\b(?![,，]0{3})|\b10[56]\.\d|\b29\.[6-9]\d*|\b45(?:44|23|12)\b"


def villages():
    """随系统带的方案里的村名。"""
    records = json.loads((ROOT / "fixtures" / "plan_2024.json").read_text(encoding="utf-8"))
    return [row["fields"]["name"] for row in records if row["model"] == "villages.village"]


def pattern():
    town = shipped_town(ROOT / "fixtures" / "town.env")["TOWN_NAME"]
    return re.compile("|".join([town, *villages(), PLACE, NUMBERS]))


def files():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in KINDS:
                yield path
    yield from (ROOT / name for name in FILES)


def marked(path, sought):
    """写着这个镇的行：[(文件:行, 行)]。"""
    name = path.relative_to(ROOT).as_posix()
    if LEFT_OUT.search(name):
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(f"{name}:{at}", line) for at, line in enumerate(lines, 1) if sought.search(line)]


def test_no_file_of_the_program_names_the_town():
    sought = pattern()

    found = [place for path in files() for place in marked(path, sought)]

    assert found == []


@pytest.mark.parametrize(
    "line",
    ["TOWN = '太平镇'", "# 如“团碾村”", "OLD = '500224'", "HERE = 105", "CENTRE = (106.05, 29.85)"],
)
def test_such_a_line_would_be_noticed(line):
    assert pattern().search(line)
