"""README 和运行手册说的，和程序里的是同一回事。"""

import re
from pathlib import Path

import pytest

from tests import ROOT

pytestmark = pytest.mark.any_database

README = (ROOT / "README.md").read_text(encoding="utf-8")
MANUAL_FILE = ROOT / "taiping" / "operations" / "README.md"
MANUAL = MANUAL_FILE.read_text(encoding="utf-8")
FOLDERS = "taiping|tasks|villages|plots|templates|static|fixtures|tests"
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./]*)`")
LINK = re.compile(r"\]\(([\w./]*)(?:#([^)]*))?\)")
SECTION = re.compile(r"(?:README\.md|\{MANUAL\})“([^”]+)”")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def anchors(text):
    """标题在网页上的锚：空格换成横线，标点去掉，字母小写。"""
    return {
        re.sub(r"[^\w -]", "", title).replace(" ", "-").lower() for title in HEADING.findall(text)
    }


def test_newcomer_reads_what_a_bare_machine_needs_before_the_first_command():
    before, _ = README.split("python3 manage.py quickstart", 1)
    assert "Python 3.11" in before
    assert "sudo apt install python3-venv" in before
    assert len(README.splitlines()) <= 150


def test_configuration_table_names_every_setting_and_no_other():
    settings = (ROOT / "taiping" / "settings.py").read_text(encoding="utf-8")
    table = MANUAL.split("## 配置")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.MULTILINE)) == set(
        re.findall(r"\benv\.\w+\(\s*\"([A-Z0-9_]+)\"", settings)
    )


def test_example_of_env_shows_every_setting_but_debug():
    shown = re.findall(
        r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    table = MANUAL.split("## 配置")[1].split("\n## ")[0]
    assert {*shown, "DEBUG"} == set(re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.MULTILINE))


def test_files_and_folders_named_in_the_readmes_exist():
    paths = PATH.findall(README) + PATH.findall(MANUAL)
    assert len(paths) >= 30
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_each_question_of_a_newcomer_is_answered_in_three_files_at_most():
    table = README.split("| 想知道 |")[1].split("\n## ")[0]
    rows = [PATH.findall(row) for row in table.splitlines()[2:] if row.startswith("|")]
    assert len(rows) == 4
    assert all(1 <= len(files) <= 3 for files in rows)


def test_links_between_the_readmes_lead_somewhere():
    for file in (ROOT / "README.md", MANUAL_FILE, ROOT / "CHANGELOG.md"):
        text = file.read_text(encoding="utf-8")
        for path, anchor in LINK.findall(text):
            target = (file.parent / path).resolve() if path else file
            assert target.exists(), (file.name, path)
            if anchor:
                assert anchor in anchors(target.read_text(encoding="utf-8")), (file.name, anchor)


def test_sentences_of_the_program_name_sections_the_manual_has():
    """程序里写“见 README.md“备份””的，手册里要有这一节。"""
    titles = set(HEADING.findall(MANUAL))
    sources = [
        path for app in ("taiping", "villages", "tasks", "plots") for path in source_files(app)
    ]
    named = [title for path in sources for title in SECTION.findall(path.read_text("utf-8"))]
    assert len(named) >= 3
    assert set(named) <= titles


def source_files(app) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
