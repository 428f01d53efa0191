"""方案表的测试共用的：两个年度的方案，改表格、导入、看被拒绝的话。"""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest

from tasks import workbook
from tasks.models import (
    Allocation,
    Duty,
    Membership,
    Milestone,
    Plan,
    Reading,
    Requirement,
    ScoreItem,
    Subsidy,
    Target,
    WorkingGroup,
)
from tests import ROOT
from tests.worlds import factories as make
from tests.worlds.kept import again, plan_2024
from villages.models import Cadre, Village

FIXTURE = ROOT / "fixtures" / "plan_2024.json"
MODELS = (
    Subsidy,
    Reading,
    Duty,
    Requirement,
    ScoreItem,
    Allocation,
    Milestone,
    Target,
    Membership,
    WorkingGroup,
    Plan,
    Cadre,
    Village,
)


def load_2024():
    """装上 2024 年的方案。"""
    return again(plan_2024)


def make_2025():
    """2025 年的方案，什么难写的都有：空数、长小数、万亩、重名、带顿号的职务、另排的次序、监测。"""
    new = make.make_plan(2025, note="=第一行\n第二行", warn_days=10)
    town = make.make_group(new, "专班", office="规划建设办")
    field = make.make_group(new, "整治组", parent=town, order=3, duties="-统筹\n+协调")
    vice = make.make_cadre("刘泽", post="副镇长、武装部长", order=13)
    make.make_membership(field, cadre=Cadre.objects.get(name="刘泽", post=""), order=7)
    make.make_membership(field, cadre=vice, order=2)
    make.make_membership(field, cadre=None, post="A、B片区支部书记", order=1)
    make.make_membership(field, cadre=vice, position="LEADER", order=4)
    canal = make.make_target(
        new,
        "grain",
        name="粮食播种面积",
        measured_by="READINGS",
        unit="万亩",
        decimals=4,
        quota=Decimal("1.234567"),
        group=field,
        wording="@约1.23万亩",
    )
    patches = make.make_target(
        new, "abandoned", quota=Decimal("99.300001"), quota_count=0, villages_may_add=True
    )
    make.make_target(new, "direction", quota=None)
    make.make_milestone(
        patches,
        "replant",
        starts_on=date(2025, 3, 1),
        min_photos=2,
        needs_external_ref=True,
        quota=Decimal("33.100001"),
        quota_count=8,
    )
    make.make_milestone(patches, "check", due_on=None, actor="DISTRICT")
    make.make_allocation(patches, Village.objects.get(name="团碾"), quota=None)
    make.make_allocation(
        patches, Village.objects.get(name="双福"), quota=Decimal("99.3"), quota_count=0, lot="B"
    )
    Duty.objects.create(
        plan=new,
        code="patrol",
        name="=巡查",
        who="TOWN",
        every="QUARTER",
        required=3,
        unit="件",
        group=field,
        problem_target=patches,
        clause="二",
        order=2,
    )
    entered = datetime(2025, 7, 1, 1, 2, 3, 123456, tzinfo=UTC)
    make.make_reading(
        canal, on=date(2025, 6, 30), value=Decimal("12345678.123456"), created_at=entered
    )
    make.make_reading(
        canal, on=date(2025, 6, 30), value=Decimal("1.2"), created_at=entered + timedelta(hours=1)
    )
    make.make_reading(
        canal,
        village=Village.objects.get(name="太平"),
        on=date(2025, 6, 30),
        value=Decimal(0),
        created_at=entered,
    )
    return new


def clear():
    WorkingGroup.objects.update(parent=None)
    for model in MODELS:
        model.objects.all().delete()


def edit(content, *changes):
    """在导出的表里改：(表, 格, 值)；格写成 "+" 是在最后加一行。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, cell, value in changes:
        if cell == "+":
            book[sheet].append(value)
        else:
            book[sheet][cell] = value
    return saved(book)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def without(content, sheet, first_cell):
    """删去一张表里以某个值开头的行。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = [row for row in book[sheet].iter_rows() if row[0].value == first_cell]
    for row in reversed(rows):
        book[sheet].delete_rows(row[0].row)
    return saved(book)


def no_duties(content):
    """常态工作一行也没有：删任务、删工作组的时候没有谁在用它们。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["常态工作"].delete_rows(3, book["常态工作"].max_row)
    return saved(book)


def refused(content, name="方案.xlsx", **options):
    """导入应当被拒绝 → 每个问题一句话；而且一点没写。"""
    before = {model: list(model.objects.order_by("pk").values()) for model in MODELS}
    with pytest.raises(workbook.PlanFileError) as error:
        workbook.import_plan(content, name, **options)
    assert {model: list(model.objects.order_by("pk").values()) for model in MODELS} == before
    return [str(problem) for problem in error.value.problems] or [str(error.value)]


def imported(content, name="方案.xlsx", **options):
    return workbook.import_plan(content, name, **options).diff


def sheet_rows(content):
    """xlsx → {表: [[格]]}，用另一个库读，和导入的读法无关。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }


def records(*changes):
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    for index, name, value in changes:
        data[index]["fields"][name] = value
    return json.dumps(data).encode()


def index_of(model, **fields):
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return next(
        i
        for i, record in enumerate(data)
        if record["model"] == model and fields.items() <= record["fields"].items()
    )
