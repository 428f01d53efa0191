"""老手机也用得了：微信里的 Chromium 86、iOS 13 的 Safari 没有的写法，不用，或者旁边有它们认得的。"""

import re
from itertools import pairwise

import pytest

from tests import ROOT
from tests.site.test_styles import CSS, SCRIPTS, TEMPLATES, code, rules

pytestmark = pytest.mark.any_database

# 写法 → 从哪一版才有（Chromium, Safari）。一个也不用。
TOO_NEW = {
    r"\binset\s*:": "87, 14.1",
    r"\b(?:margin|padding|border|inset)-(?:inline|block)\b": "87, 14.1",
    r":(?:is|where)\(": "88, 14",
    r"\baspect-ratio\s*:": "88, 15",
    r"\boverflow(?:-[xy])?: clip\b": "90, 16",
    r"@(?:layer|container|property)\b": "99, 15.4",
    r"\b\d+[dsl]v[hw]\b": "108, 15.4",
    r"^\s*&": "112, 16.5",
}
SCRIPT_TOO_NEW = {
    r"\?\.|\?\?": "80, 13.1",
    r"\.replaceAll\(": "85, 13.1",
    r"(?:\|\||&&|\?\?)=": "85, 14",
    r"\.replaceChildren\(": "86, 14",
    r"\.at\(": "92, 15.4",
    r"Object\.hasOwn\(": "93, 15.4",
    r"\bstructuredClone\(": "98, 15.4",
    r"AbortSignal\.(?:timeout|any)": "103, 16",
    r"#\w+\s*[=(;]": "84, 15",
}
TAG_TOO_NEW = {
    r"<dialog\b": "37, 15.4",
    r"\bpopover\b": "114, 17",
    r"\binert\b(?=[\s>])": "102, 15.5",
}
GAP, FLEX, GRID = re.compile(r"^\s*gap:"), re.compile(r"\bflex\b"), re.compile(r"\bgrid\b")
HAS = re.compile(r":has\(")
SAFE = "@supports selector(:has(*)) {"
MIXED = re.compile(r"^\s*([\w-]+): color-mix\(")
IOS = "@supports (-webkit-touch-callout: none) and (not (inset: 0)) {"


def found(patterns, texts):
    return [
        f"{name}：{pattern}（{since}）"
        for name, text in texts
        for pattern, since in patterns.items()
        if re.search(pattern, text, re.MULTILINE)
    ]


def without_queries(text):
    """@supports 里问有没有的那一行不算用了。"""
    return "\n".join(
        line for line in text.splitlines() if not line.lstrip().startswith("@supports")
    )


def test_no_sheet_uses_what_old_phones_lack():
    assert found(TOO_NEW, [(path.name, without_queries(code(path))) for path in CSS]) == []


def test_no_script_uses_what_old_phones_lack():
    texts = [(path.name, re.sub(r"//.*", "", code(path))) for path in SCRIPTS]
    assert found(SCRIPT_TOO_NEW, texts) == []


def test_no_page_uses_what_old_phones_lack():
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in TEMPLATES]
    assert found(TAG_TOO_NEW, texts) == []


def test_what_hangs_on_has_stands_where_it_is_known():
    """:has 从 Chromium 105、Safari 15.4 才有：写在问过有没有的里面，没有时按没有的写。"""
    bare = [
        f"{path.name}：{selector}"
        for path in CSS
        for around, selector in rules(path)
        if HAS.search(selector) and SAFE not in around
    ]
    assert bare == []


def test_a_mixed_colour_has_a_plain_one_before_it():
    alone = []
    for path in CSS:
        lines = code(path).splitlines()
        for before, line in pairwise(lines):
            mixed = MIXED.match(line)
            if mixed and not before.strip().startswith(f"{mixed[1]}: "):
                alone.append(f"{path.name}：{line.strip()}")
    assert alone == []


def blocks(path):
    """一份样式里的每一条：（选择器, 里面的各行）。"""
    selector, lines, found = [], [], []
    for line in code(path).splitlines():
        text = line.strip()
        if text.startswith("@"):
            selector = []
        elif text.endswith("{"):
            selector.append(text.rstrip(" {"))
            lines = []
        elif text == "}":
            if selector:
                found.append((" ".join(selector), lines))
            selector, lines = [], []
        elif text.endswith(",") and not lines:
            selector.append(text)
        else:
            lines.append(text)
    return found


def test_what_is_spaced_by_a_gap_in_a_row_is_spaced_by_margins_on_old_iphones():
    """flex 里的 gap 从 Chromium 84、Safari 14.1 才有：每一处在 gaps.css 里有外边距代替。"""
    spaced = code(ROOT / "static" / "css" / "gaps.css")
    missing = []
    for path in CSS:
        for selector, lines in blocks(path):
            body = "\n".join(lines)
            if not any(GAP.match(line) for line in lines) or not FLEX.search(body):
                continue
            if GRID.search(body) or "print" in path.name:
                continue
            name = selector.split(",")[-1].strip()
            if f"{name} > *" not in spaced:
                missing.append(f"{path.name}：{name}")
    assert missing == []
    assert IOS in spaced


def test_a_file_button_is_hidden_for_both_names_of_it():
    for path in CSS:
        text = code(path)
        if "::file-selector-button" in text:
            assert "::-webkit-file-upload-button" in text, path.name
