"""样式一行一句、一处一份，打印的在最后；脚本都是模块。"""

import re
from collections import Counter

import pytest

from tests import ROOT

pytestmark = pytest.mark.any_database

CSS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = [
    *sorted((ROOT / "static" / "js").rglob("*.js")),
    *sorted((ROOT / "templates").rglob("*.js")),
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
ADMIN = "admin.css"  # 只改 Django 后台自己的变量
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARED = re.compile(r"^\s*(--[\w-]+):", re.MULTILINE)
USED = re.compile(r"var\((--[\w-]+)\)")
CLASS = re.compile(r"\.([a-z][\w-]*)")
JOINED = re.compile(r"[\" ]([a-z]+-)\{\{ ")
SHEET = re.compile(r'rel="stylesheet" href="[^"]*?css/([\w-]+\.css)[^>]*')
SCRIPT = re.compile(r"<script[^>]*>")
LIBRARY = re.compile(r"static[ (]'leaflet/")


def code(path):
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def rules(path):
    """一份样式里的每一条：（在哪几层 @media 里, 选择器）。"""
    found, around, selector, is_inside = [], [], [], False
    for text in map(str.strip, code(path).splitlines()):
        if is_inside:
            is_inside = text != "}"
        elif text == "}":
            around.pop()
        elif text.startswith(("@media", "@supports")):
            around.append(text)
        elif text.endswith("{"):
            found.append((tuple(around), " ".join([*selector, text])))
            selector, is_inside = [], True
        elif text:
            selector.append(text)
    return found


def test_every_line_of_a_sheet_holds_one_declaration():
    crowded = [
        f"{path.name}:{number} {line.strip()}"
        for path in CSS
        for number, line in enumerate(code(path).splitlines(), 1)
        if sum(map(line.count, ";{}")) > 1
    ]

    assert crowded == []


def test_no_rule_is_written_twice():
    twice = {
        path.name: [rule for rule, times in Counter(rules(path)).items() if times > 1]
        for path in CSS
    }

    assert {name: found for name, found in twice.items() if found} == {}


def test_colours_and_spaces_are_named_once_and_come_first():
    ours = [path for path in CSS if path.name != ADMIN]
    declared = {path.name for path in ours if DECLARED.search(code(path))}
    names = set(DECLARED.findall(code(ROOT / "static" / "css" / "tokens.css")))
    used = {name for path in ours for name in USED.findall(code(path))}
    linked = SHEET.findall((ROOT / "templates" / "styles.html").read_text(encoding="utf-8"))

    assert declared == {"tokens.css"}
    assert used == names
    assert linked[0] == "tokens.css"


def test_print_rules_come_last_in_their_sheet_and_print_sheets_last_on_their_page():
    after = {}
    for path in CSS:
        is_print = ["@media print {" in around for around, _ in rules(path)]
        if is_print != sorted(is_print):
            after[path.name] = is_print.index(True)
    early = []
    for path in TEMPLATES:
        links = [found.group() for found in SHEET.finditer(path.read_text(encoding="utf-8"))]
        is_print = ['media="print"' in link for link in links]
        if is_print != sorted(is_print):
            early.append(path.name)

    assert (after, early) == ({}, [])


HEX = re.compile(r"(--[\w-]+): (#[0-9a-f]{6});")


def brightness(colour):
    """相对亮度，照 WCAG 2 的算法。"""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_state_reads_on_its_own_ground_by_day_by_night_and_on_the_screen():
    sheet = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    pairs = [
        ("--field", "--field-wash"),
        ("--plum-ink", "--plum-wash"),
        ("--sky", "--sky-wash"),
        ("--wheat-ink", "--wheat-wash"),
        ("--brick-ink", "--brick-wash"),
    ]
    themes = [dict(HEX.findall(block)) for block in sheet.split("}") if "--plum-ink" in block]
    faint = []
    for theme in themes:
        for ink, wash in pairs:
            dark, light = sorted([brightness(theme[ink]), brightness(theme[wash])])
            if (light + 0.05) / (dark + 0.05) < 4.5:
                faint.append((ink, theme[ink]))

    assert len(themes) == 3
    assert faint == []


def test_done_late_is_told_from_done_by_colour_and_by_shape():
    sheet = code(ROOT / "static" / "css" / "parts.css")
    on_time, late = (
        re.findall(rf"\.{name}(?:::before)? \{{([^}}]*)\}}", sheet)
        for name in ("tag-done", "tag-done-late")
    )

    assert len(on_time) == len(late) == 2
    assert set(on_time).isdisjoint(late)


def test_every_class_in_a_sheet_is_on_some_page():
    """只看词：模板、脚本、程序里哪里都没有的，就没有人用。tag-{{ kind }} 这样拼的，看前一半。"""
    parts = ("plots", "tasks", "villages", "taiping")
    programs = [path for part in parts for path in (ROOT / part).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *SCRIPTS, *programs])
    words = set(re.findall(r"[a-z][\w-]*", text))
    joined = ("leaflet-", *JOINED.findall(text))
    dead = {
        f"{path.name} .{name}"
        for path in CSS
        for _, selector in rules(path)
        for name in CLASS.findall(selector)
        if name not in words and not name.startswith(joined)
    }

    assert dead == set()


def test_every_sheet_and_script_is_asked_for():
    pages = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *SCRIPTS])

    assert [path.name for path in [*CSS, *SCRIPTS] if f"/{path.name}" not in pages] == []


def test_every_script_on_a_page_is_a_module_or_the_map_library():
    tags = [
        (path.name, tag)
        for path in TEMPLATES
        for tag in SCRIPT.findall(path.read_text(encoding="utf-8"))
    ]
    other = [
        (name, tag) for name, tag in tags if 'type="module"' not in tag and not LIBRARY.search(tag)
    ]

    assert tags and other == []
    assert [path.name for path in SCRIPTS if "window.Taiping" in path.read_text("utf-8")] == []
