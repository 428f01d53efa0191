"""看过去某天时的筛选：按那天的状态、下一步、是否按期来挑，挑出来的每一行写的就是那样。"""

import pytest

from plots.models import Patch, Status
from plots.pages.patch_list.filters import PatchFilter
from plots.pages.patch_list.rows import rows_of
from tests.plots.pages.test_patch_filters import Scene
from tests.worlds.hand_example import Example
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db
DAYS = ["2024-08-05", "2024-09-12", "2024-10-05", "2024-10-14", "2024-12-31"]


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"on": "2024-09-07", "status": "UNDERWAY"}, []),
        ({"on": "2024-09-07", "status": "AWAITING"}, ["按期"]),
        ({"on": "2024-09-07", "status": "CLOSED"}, ["违占"]),
        ({"on": "2024-09-12", "status": "AWAITING"}, ["按期", "退回"]),
        ({"on": "2024-09-12", "status": "UNDERWAY"}, ["要拆"]),
        ({"on": "2024-10-13", "status": "RETURNED"}, ["退回"]),
        ({"on": "2024-10-13", "status": "EXEMPT"}, ["核减"]),
        ({"on": "2024-10-01", "status": "EXEMPT"}, []),
        ({"on": "2024-10-14", "status": "DEFERRED"}, []),
        ({"on": "2024-10-15", "status": "DEFERRED"}, ["暂缓"]),
        ({"on": "2024-10-15", "status": "CLOSED"}, ["按期", "违占"]),
        # 逾期那块 10 月 3 日做、10 月 20 日才录入
        ({"on": "2024-10-10", "status": "UNDERWAY"}, ["一半", "暂缓", "逾期"]),
        ({"on": "2024-10-10", "basis": "recorded", "status": "UNDERWAY"}, ["一半", "暂缓"]),
        (
            {"on": "2024-10-10", "basis": "recorded", "status": "PENDING"},
            ["没动", "要拆-1", "要拆-2", "违建", "逾期"],
        ),
        ({"on": "2024-10-14", "step": "abandoned:evidence"}, ["暂缓", "退回", "逾期"]),
        ({"on": "2024-10-14", "step": "abandoned:replant"}, ["一半", "没动", "要拆-1", "要拆-2"]),
        ({"on": "2024-10-14", "step": "illegal:close"}, []),
        ({"on": "2024-08-05", "step": "illegal:close"}, ["违占"]),
        ({"on": "2024-08-05", "step": "illegal:close", "target": "abandoned"}, []),
        ({"on": "2024-10-02", "timing": "late"}, []),
        ({"on": "2024-10-04", "timing": "late"}, ["逾期"]),
        ({"on": "2024-09-06", "timing": "on_time"}, ["按期", "违占"]),
    ],
)
def test_a_past_day_is_filtered_by_what_was_true_then(params, codes):
    assert again(Scene).found(**params) == sorted(codes)


@pytest.mark.parametrize("year", [Scene, Example])
@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_every_status_and_next_step_picks_exactly_the_rows_that_say_so(year, basis):
    scene = again(year)
    steps = [
        (step.target.code, step)
        for target in scene.plan.targets.all()
        for step in target.milestones.all()
    ]

    def rows(**params):
        filters = PatchFilter(
            {"basis": basis, **params}, queryset=Patch.objects.all(), user=scene.huang
        )
        assert filters.form.is_valid(), filters.form.errors
        related = ("target__plan", "village", "next_milestone")
        return {
            row.patch.code: row for row in rows_of(filters.qs.select_related(*related), filters)
        }

    seen = set()
    for on in DAYS:
        everything = rows(on=on)
        for status in Status:
            expected = {code for code, row in everything.items() if row.text == status.label}
            assert rows(on=on, status=status.value).keys() == expected, (on, status)
            seen |= {status} if expected else set()
        for target, step in steps:
            expected = {code for code, row in everything.items() if row.step == step}
            assert rows(on=on, step=f"{target}:{step.code}").keys() == expected, (on, step.code)
    assert len(seen) >= 5


@pytest.mark.parametrize("year", [Scene, Example])
@pytest.mark.parametrize("basis", ["done", "recorded"])
@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("status", lambda row: row.status),
        ("step", lambda row: row.step and row.step.order),
        ("due", lambda row: row.due_on),
    ],
)
def test_a_past_day_is_sorted_by_what_its_rows_say(year, basis, key, told):
    """没有下一步的，正着排、倒着排都在末了。"""
    scene, seen = year(), set()
    for on in DAYS:
        for descending in (False, True):
            params = {"on": on, "basis": basis, "sort": f"-{key}" if descending else key}
            filters = PatchFilter(params, queryset=Patch.objects.all(), user=scene.huang)
            found = filters.sorted(
                filters.qs.select_related("target__plan", "village", "next_milestone")
            )
            values = [told(row) for row in rows_of(found, filters)]
            filled = [value for value in values if value is not None]
            assert filled == sorted(filled, reverse=descending), (on, params)
            assert values[: len(filled)] == filled
            seen |= set(filled)
    assert len(seen) >= 2


def test_what_had_ended_by_then_says_so_in_its_row(client):
    """10月20日移出台账，11月1日也还是移出的；拆分的照拆分说，那天以前照原来的说。"""
    scene = again(Scene)
    scene.act("没动", "remove", 10, 20, note="图斑下发重了")
    client.force_login(scene.huang)

    def told(query):
        rows = client.get(f"/patches/?{query}").context["rows"]
        return [(row.patch.code, row.text, row.step and row.step.name) for row in rows]

    assert told("on=2024-11-01&state=removed") == [("没动", "已移出", None)]
    assert told("on=2024-11-01&state=split") == [("要拆", "已拆分", "复耕复种")]
    assert told("on=2024-10-19&state=removed") == []
    assert ("没动", "待整治", "复耕复种") in told("on=2024-10-19")
