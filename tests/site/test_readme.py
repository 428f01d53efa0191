"""README 说的和程序里的是同一回事。"""

import re

from tests import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_configuration_table_names_every_setting_and_no_other():
    settings = (ROOT / "taiping" / "settings.py").read_text(encoding="utf-8")
    table = README.split("## 配置")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == set(
        re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", settings)
    )


def test_files_named_in_the_table_of_changes_exist():
    table = README.split("## 要改什么，去哪里改")[1]
    paths = re.findall(
        r"`((?:taiping|tasks|villages|plots|templates|static|fixtures)/[\w./]*)`", table
    )
    assert len(paths) >= 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
