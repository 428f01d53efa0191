"""“其中”：排在上级下面，不绕圈，不太深，加起来不超过上级。"""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import RestrictedError

from tasks.models import Target
from tasks.models.nesting import nested
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_plan, make_target
from tests.worlds.nested_town import NestedTown

pytestmark = pytest.mark.django_db


def refused(target):
    with pytest.raises(ValidationError) as refusal:
        target.full_clean()
    return refusal.value.message_dict


def test_parts_stand_beneath_their_whole_whatever_their_order():
    town = NestedTown()

    listed = nested(town.plan.targets.order_by("order", "pk"))

    assert [target.listed_name for target in listed] == [
        "撂荒地整治",
        "　其中：坡耕地",
        "粮食播种面积",
        "　其中：小麦",
        "　其中稻谷",
        "　　其中：早稻",
    ]
    assert {target.root.name for target in listed} == {"撂荒地整治", "粮食播种面积"}


def test_a_part_listed_without_its_whole_stands_for_itself():
    town = NestedTown()

    listed = nested([town.early, town.wheat])

    assert [target.listed_name for target in listed] == ["早稻", "小麦"]


def test_a_circle_written_past_the_rules_loses_no_target():
    town = NestedTown()
    Target.objects.filter(pk=town.grain.pk).update(parent=town.early)

    listed = nested(town.plan.targets.order_by("order", "pk"))

    assert len(listed) == 6


def test_a_whole_of_another_plan_itself_or_its_own_part_is_refused():
    town = NestedTown()
    other = make_target(make_plan(2025), "grain")

    town.wheat.parent = other
    assert refused(town.wheat) == {"parent": ["上级任务要在同一份方案里。"]}
    town.grain.parent = town.grain
    assert refused(town.grain)["parent"] == [
        "上级任务写的是“粮食播种面积”自己，请改成另一项，或留空。"
    ]
    town.grain.parent = town.early
    assert refused(town.grain) == {
        "parent": ["“早稻”又是“粮食播种面积”的一部分，上级绕成了圈。请改一个，或留空。"]
    }


def test_three_levels_are_enough_also_when_a_whole_is_moved_with_its_parts():
    town = NestedTown()
    deeper = make_target(town.plan, "deep", name="秧田", parent=town.early)
    assert refused(deeper) == {
        "parent": ["放在“早稻”下面就超过了 3 层，请改成上一层的任务，或留空。"]
    }
    deeper.delete()

    town.grain.parent = town.abandoned

    assert refused(town.grain) == {
        "parent": ["放在“撂荒地整治”下面就超过了 3 层，请改成上一层的任务，或留空。"]
    }


def test_a_whole_with_parts_is_not_deleted_and_the_plan_is():
    town = NestedTown()

    with pytest.raises(RestrictedError):
        town.grain.delete()

    town.plan.delete()
    assert not Target.objects.exists()


def test_sums_that_exceed_the_whole_are_pointed_out():
    town = NestedTown()
    assert town.grain.doubtful_sums() == [
        "“粮食播种面积”的各项“其中”一共 1.1 万亩，它自己是 1.2 万亩，少了 0.1 万亩。"
        "“其中”没有列全的，照这样就行。"
    ]

    town.wheat.quota = Decimal("0.5")
    town.wheat.save()

    assert town.wheat.doubtful_sums() == [
        "“粮食播种面积”的各项“其中”一共 1.4 万亩，它自己是 1.2 万亩，多了 0.2 万亩。"
        "“其中”加起来不会超过上级，请核对。"
    ]


def test_parts_in_another_unit_or_measured_otherwise_are_not_added():
    town = NestedTown()
    Target.objects.filter(pk=town.wheat.pk).update(unit="吨", quota=Decimal(900))

    assert town.grain.doubtful_sums() == []  # 只剩稻谷可比，没有列全，也没有超过


def test_next_years_plan_is_nested_the_same_within_itself():
    town = NestedTown()

    new = copy_to_next_year(town.plan)

    parents = dict(new.targets.values_list("code", "parent__code"))
    assert parents == dict(town.plan.targets.values_list("code", "parent__code"))
    assert {target.parent.plan for target in new.targets.exclude(parent=None)} == {new}
