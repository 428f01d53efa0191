"""手写 SQL 取来的对象，和 ORM 取来的一样：先后、每一列的值和类型。"""

from datetime import date
from decimal import Decimal

import pytest

from taiping.ground.rows import all_of, columns, fetched, made
from tasks.models import Milestone, Plan, Target, WorkingGroup
from tests.worlds.factories import (
    make_group,
    make_milestone,
    make_plan,
    make_target,
    make_user,
    make_village,
)
from villages.models import User, Village

pytestmark = pytest.mark.django_db


def plain(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def kinds(row):
    return {name: type(value) for name, value in plain(row).items()}


@pytest.fixture
def town():
    for name, order in (("西村", 2), ("第10村", 1), ("第9村", 1), ("东村", 2)):
        make_village(name, order=order)
    for year in (2024, 2023, 2025):
        plan = make_plan(year)
    target = make_target(plan, quota=Decimal("608.123456"), villages_may_add=True)
    make_group(plan, "耕地恢复组")
    make_user()
    make_milestone(target, order=1, due_on=date(2025, 10, 31))
    make_milestone(target, order=2, code="b", due_on=None, quota=Decimal("0.5"))


@pytest.mark.parametrize("model", [Village, Plan])
def test_all_of_a_table_in_its_order(town, model):
    found, known = all_of(model), list(model.objects.all())

    assert found == known
    assert [*map(plain, found)] == [*map(plain, known)]
    assert [*map(kinds, found)] == [*map(kinds, known)]


@pytest.mark.parametrize("model", [Target, Milestone, WorkingGroup, User])
def test_a_row_becomes_the_same_object(town, model):
    asked = f"SELECT {columns(model, 't')} FROM {model._meta.db_table} t ORDER BY t.id"

    found, known = [made(model, row) for row in fetched(asked)], [*model.objects.order_by("pk")]

    assert found
    assert [*map(plain, found)] == [*map(plain, known)]
    assert [*map(kinds, found)] == [*map(kinds, known)]
    assert not any(row._state.adding for row in found)


def test_saving_a_made_row_changes_that_row(town):
    first = all_of(Plan)[0]
    first.note = "改了"
    first.save()

    assert [plan.note for plan in Plan.objects.all()] == ["改了", "", ""]
