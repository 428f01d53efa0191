"""总览、大屏、周报、通报、JSON 各怎么读：每项任务一行说的话，逾期的、截止过了还没有报数的是哪几步。"""

import io
import json
import re
from dataclasses import dataclass, field

import lxml.html
from django.core.management import call_command
from docx import Document
from openpyxl import load_workbook

SPACES = re.compile(r"\s+")
NUMBERED = re.compile(r"^（[一二三四五六七八九十]+）")
LATE, SILENT = re.compile(r"逾期\d+天"), re.compile(r"截止已过\d+天")


@dataclass
class Told:
    """一处说的：rows 是 {任务: 那一行的字，去掉空白}，overdue、silent 是 {(任务, 步骤)}，text 是全部的字。"""

    rows: dict[str, str] = field(default_factory=dict)
    overdue: set[tuple[str, str]] = field(default_factory=set)
    silent: set[tuple[str, str]] = field(default_factory=set)
    text: str = ""

    def attention(self, target, step, words):
        if LATE.search(words):
            self.overdue.add((target, step))
        elif SILENT.search(words):
            self.silent.add((target, step))


def squeezed(text):
    return SPACES.sub("", str(text))


def plain(name):
    """“其中：早稻”“早稻（万亩）”是早稻。"""
    return squeezed(name).removeprefix("其中：").partition("（")[0]


def page(client, address, on):
    answer = client.get(address, {"on": on.isoformat()})
    assert answer.status_code == 200, address
    return lxml.html.fromstring(answer.content)


def table_rows(table):
    found = {}
    for row in table.iterfind(".//tbody/tr"):
        words = list(filter(str.strip, row.find("th").itertext()))
        found[plain(words[0])] = squeezed(row.text_content())
    return found


def from_dashboard(client, on):
    tree = page(client, "/", on)
    told = Told(table_rows(tree.get_element_by_id("targets").find(".//table")))
    for line in tree.get_element_by_id("attention").iterfind(".//ul[@class='lines']/li"):
        target, _, step = line.find("span").text_content().partition(" · ")
        told.attention(plain(target), squeezed(step), squeezed(line.text_content()))
    told.text = squeezed(tree.text_content())
    return told


def from_screen(client, on):
    tree = page(client, "/screen/", on)
    told = Told(table_rows(tree.find(".//table")))
    for line in tree.iterfind(".//ul[@class='due-list']/li"):
        target, _, step = (line.findtext("span") or "").partition(" · ")
        told.attention(plain(target), squeezed(step), squeezed(line.text_content()))
    told.text = squeezed(tree.text_content())
    return told


def from_weekly(client, on):
    book = load_workbook(io.BytesIO(client.get("/weekly.xlsx", {"on": on.isoformat()}).content))
    told, words = Told(), []
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            words += [squeezed(value) for value in row if value is not None]
    told.text = "\n".join(words)
    for row in book["总表"].iter_rows(values_only=True):
        told.rows.setdefault(plain(row[0]), [value for value in row if value is not None])
    for row in book["时间节点"].iter_rows(values_only=True):
        remark = squeezed([value for value in row if value is not None][-1:])
        told.attention(plain(row[0]), squeezed(row[1]), remark)
    return told


def from_bulletin(client, on, steps):
    """网页和 Word 说的是同样的段落；steps 是方案里的 [(任务, 步骤)]。"""
    shown = squeezed(page(client, "/bulletin/", on).text_content())
    content = client.get("/bulletin/download.docx", {"on": on.isoformat()}).content
    paragraphs = [squeezed(row.text) for row in Document(io.BytesIO(content)).paragraphs]
    told, title = Told(text=shown), ""
    for text in filter(None, paragraphs):
        assert text.partition("统计时间")[0] in shown  # 后面是几点几分，两次取的不一样
        title = text if re.match("[一二三四五六]、", text) else title
        if title.startswith("二、"):
            told.rows[plain(NUMBERED.sub("", text))] = text
        if title.startswith("四、"):
            found = {(target, step) for target, step in steps if named(target, step) in text}
            told.overdue |= found if "时间节点逾期" in text else set()
            told.silent |= found if "还没有报数" in text else set()
    return told


def named(target, step):
    """步骤名里已经写了任务的，不写两遍。"""
    return step if target in step else f"{target}的{step}"


def from_json(on):
    out = io.StringIO()
    call_command("progress", as_of=on.isoformat(), format="json", stdout=out)
    rows = json.loads(out.getvalue())["targets"]
    told = Told({row["name"]: row for row in rows})
    for row in rows:
        for step in row["milestones"]:
            if step["state"] == "OVERDUE":
                told.overdue.add((row["name"], step["name"]))
            told.attention(row["name"], step["name"], step["reason"])
    return told
