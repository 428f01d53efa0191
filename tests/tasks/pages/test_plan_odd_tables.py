"""方案表里隐藏的、公式没有算的：看不见的不读、写明；算不出的说清是哪一格。"""

import io

import openpyxl
import pytest

from tasks import workbook
from tasks.workbook.read_xlsx import read_xlsx
from tests.worlds.factories import make_plan, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    plan = make_plan()
    make_target(plan, name="撂荒地")
    return openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))


def told(book):
    stream = io.BytesIO()
    book.save(stream)
    document = read_xlsx(stream.getvalue())
    return document, [str(problem) for problem in document.problems]


def test_a_hidden_row_is_not_read_and_told(book):
    sheet = book["目标任务"]
    last = sheet.max_row
    sheet.row_dimensions[last].hidden = True

    document, sentences = told(book)

    assert f"表“目标任务”有 1 行是隐藏的（第 {last} 行），没有读它" in " ".join(sentences)
    assert not document.of("target")


def test_a_formula_without_a_value_is_named(book):
    sheet = book["目标任务"]
    sheet.cell(sheet.max_row, 3).value = "=1+2"

    _, sentences = told(book)

    assert "这一格是公式，文件里没有算出的结果" in " ".join(sentences)
