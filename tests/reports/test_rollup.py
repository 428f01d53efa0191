"""区里的汇总：各镇的进度文件合成一本 Excel；差的在前，没有交的、读不了的、不是最新的都说。"""

import io
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from taiping.reports.rollup import read_folder
from tests.worlds.hand_example import Example
from tests.worlds.kept import again
from tests.worlds.reading_towns import SilentTown

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """三个镇同样的方案：甲镇逾期 1 个、核实得少，乙镇晚两个月、核实得多，丙镇交得早，一块也没有逾期。"""
    again(Example)
    for town, day in (("甲镇", "2024-10-20"), ("乙镇", "2024-12-20"), ("丙镇", "2024-08-01")):
        write(tmp_path, town, told(town, day))
    return tmp_path


def told(town, day, **given):
    out = StringIO()
    call_command("progress", stdout=out, as_of=day, format="json")
    return {**json.loads(out.getvalue()), "town": town, **given}


def write(folder, name, told, encoding="utf-8"):
    (folder / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False), encoding=encoding)


def rollup(folder, **given):
    out, errors = StringIO(), StringIO()
    call_command("rollup", folder, output=folder / "汇总.xlsx", stdout=out, stderr=errors, **given)
    book = load_workbook(io.BytesIO((folder / "汇总.xlsx").read_bytes()))
    return book, out.getvalue(), errors.getvalue()


def lines(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]


def test_the_command_says_which_town_it_is(settings):
    settings.TOWN_NAME = "甲镇"
    again(Example)
    out = StringIO()
    call_command("progress", stdout=out, as_of="2024-10-20", format="json")

    assert json.loads(out.getvalue())["town"] == "甲镇"


def test_worst_first_each_with_the_day_of_its_file(folder):
    book, out, errors = rollup(folder)

    towns = lines(book["各镇"])
    assert [row[0] for row in towns] == ["甲镇", "乙镇", "丙镇"]
    assert [row[2].date() for row in towns] == [
        date(2024, 10, 20),
        date(2024, 12, 20),
        date(2024, 8, 1),
    ]
    assert [row[5] for row in towns] == [1, 1, 0]
    assert "汇总了 3 个镇，最新截至 2024-12-20" in out
    assert "甲镇的截至 2024-10-20，不是最新的。" in errors


def test_the_sum_of_a_target_is_the_sum_of_the_towns(folder):
    book, _, _ = rollup(folder)

    rows = lines(book["各项任务"])
    first = rows[0][0]
    own = [row for row in rows if row[0] == first and not row[1].startswith("合计")]
    [whole] = [row for row in rows if row[0] == first and row[1] == "合计 3 个镇"]
    quota = json.loads((folder / "甲镇.json").read_text(encoding="utf-8"))["targets"][0]["quota"]
    assert whole[3] == pytest.approx(float(Decimal(quota) * 3))
    for place in (5, 6, 8, 9):
        assert whole[place] == pytest.approx(sum(row[place] for row in own if row[place]))


def test_units_that_differ_are_not_added(folder):
    other = json.loads((folder / "丙镇.json").read_text(encoding="utf-8"))
    other["targets"][0]["unit"] = "公顷"
    write(folder, "丙镇", other)

    rows = lines(rollup(folder)[0]["各项任务"])

    [whole] = [row for row in rows if row[0] == rows[0][0] and row[1] == "合计 3 个镇"]
    assert whole[3] is None and whole[8] is not None
    assert "没有相加" in whole[11]


def test_missing_broken_and_older_files_are_told(folder):
    names = folder / "名单.txt"
    names.write_text("甲镇\n乙镇\n丙镇\n丁镇\n", encoding="utf-8-sig")
    write(folder, "甲镇-上月", told("甲镇", "2024-09-20"))
    (folder / "半份.json").write_text('{"plan": 2024, "targets": [', encoding="utf-8")
    (folder / "别的.json").write_text('["不是进度"]', encoding="utf-8")
    (folder / "图片.json").write_bytes(b"\x89PNG\r\n\xff\xfe\x00")
    bad = told("戊镇", "2024-09-20")
    bad["targets"][0]["quota"] = "NaN"
    write(folder, "戊镇", bad)

    book, _, errors = rollup(folder, towns=str(names))

    absent = {row[0]: row[1] for row in lines(book["没有收到"])}
    assert absent["丁镇"] == "没有收到"
    assert "只写了一半" in absent["半份.json"]
    assert "不是 progress" in absent["别的.json"] and "不是 progress" in absent["戊镇.json"]
    assert "图片.json" in absent
    assert "有更新的一份" in absent["甲镇-上月.json"]
    assert "丁镇没有收到。" in errors
    assert [town.on for town in read_folder(folder).towns if town.name == "甲镇"] == [
        date(2024, 10, 20)
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_files_written_by_a_windows_command_line_are_read(folder, encoding):
    write(folder, "丁镇", told("丁镇", "2024-10-20"), encoding=encoding)

    assert "丁镇" in {town.name for town in read_folder(folder).towns}


def test_an_older_file_without_its_town_goes_by_its_name(folder):
    old = told("", "2024-10-20")
    del old["town"]
    write(folder, "己镇", old)

    assert "己镇" in {town.name for town in read_folder(folder).towns}


@pytest.mark.parametrize(
    ("made", "sentence"),
    [(None, "没有“"), ([], "里没有 .json 文件"), (["{"], "一份也读不了")],
)
def test_nothing_to_read_is_one_sentence(tmp_path, made, sentence):
    folder = tmp_path / "各镇"
    if made is not None:
        folder.mkdir()
        for number, text in enumerate(made):
            (folder / f"{number}.json").write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=sentence):
        call_command("rollup", folder, output=tmp_path / "汇总.xlsx")


def test_a_town_that_kept_silent_comes_before_one_that_reported(tmp_path):
    """都没有逾期：甲镇报了一半、还在时段里，乙镇截止过了一个数也没有报。没有数不是最好，乙镇在前。"""
    again(SilentTown)
    silent = told("乙镇", "2024-12-01")
    done = told("甲镇", "2024-12-01")
    first = done["targets"][0]
    first |= {"state": "ON_TRACK", "confirmed": "304.00", "reported": "304.00", "silent": []}
    for step in first["milestones"]:
        step["state"] = "ON_TRACK"
    write(tmp_path, "甲镇", done)
    write(tmp_path, "乙镇", silent)

    book, _, _ = rollup(tmp_path)

    assert [(row[0], row[-1]) for row in lines(book["各镇"])] == [
        ("乙镇", "复耕复种"),
        ("甲镇", None),
    ]
    rows = lines(book["各项任务"])
    assert [row[1] for row in rows[:3]] == ["乙镇", "甲镇", "合计 2 个镇"]
    # 监测的没有上报和图斑，写空，不写 0
    assert rows[1][2:10] == ["亩", 608, None, None, 304, 0.5, None, None]
    assert rows[2][5:10] == [None] * 5  # 缺了一个镇的数，不是合计
