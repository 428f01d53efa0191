"""台账的筛选：每个条件挑出该挑的，任何一天、两种口径都和总览的数一致。"""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from plots import actions
from plots.models import Patch
from plots.pages.patch_list.filters import PatchFilter
from taiping.progress.progress import plan_progress
from tests.worlds.factories import (
    make_group,
    make_milestone,
    make_patch,
    make_plan,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.kept import again
from villages.models import Role

pytestmark = pytest.mark.django_db


def at(month, day):
    return timezone.make_aware(datetime(2024, month, day, 10))


class Scene:
    """两项任务、两个村的一年：按期的、逾期的、做一半的、退回的、核减的、暂缓的、拆分的、补录的。"""

    def __init__(self):
        self.plan = make_plan()
        self.east, self.west = make_village("东村", order=1), make_village("西村", order=2)
        self.boss = make_user("shuji", villages=[self.east, self.west])
        self.huang = make_user("huang", role=Role.STAFF, name="黄玲")
        self.target = make_steps_target(self.plan, order=1)
        self.replant, self.evidence, self.check = self.target.milestones.order_by("order")
        self.cases = make_target(
            self.plan, "illegal", kind="CASES", quota=None, quota_count=2, order=2
        )
        make_milestone(self.cases, "rectify", name="整改落实", due_on=None)
        make_milestone(self.cases, "close", name="核实销号", due_on=None, actor="TOWN")
        self.patches = {}
        for code, village, target, area in [
            ("按期", self.east, self.target, "10"),
            ("逾期", self.east, self.target, "5.5"),
            ("一半", self.east, self.target, "8"),
            ("退回", self.west, self.target, "3"),
            ("核减", self.west, self.target, "2.25"),
            ("暂缓", self.west, self.target, "6"),
            ("要拆", self.east, self.target, "12"),
            ("没动", self.west, self.target, "1"),
            ("违占", self.east, self.cases, "0.5"),
            ("违建", self.west, self.cases, "0.3"),
        ]:
            self.patches[code] = make_patch(
                target, village, code=code, area_mu=Decimal(area), created_at=at(1, 2)
            )
        self.act("按期", "report", 9, 5, step=self.evidence)
        self.act("按期", "confirm", 10, 8)
        self.act("逾期", "report", 10, 3, entered=(10, 20))
        self.act("逾期", "report", 11, 2)
        self.act("一半", "report", 9, 20, area_mu="3")
        self.act("退回", "report", 9, 10, step=self.evidence)
        self.act("退回", "send_back", 10, 12, step=self.evidence, note="缺照片")
        self.act("退回", "report", 11, 10)
        self.act("核减", "exempt", 10, 2, note="现场为水田")
        self.act("暂缓", "report", 9, 25)
        self.act("暂缓", "defer", 10, 15, note="鱼塘没有到期")
        self.act("要拆", "report", 9, 8)
        self.act(
            "要拆",
            "split",
            10,
            10,
            reason="两户",
            children=[
                {"code": "要拆-1", "area_mu": "7"},
                {"code": "要拆-2", "area_mu": "5"},
            ],
        )
        self.act("违占", "report", 8, 1)
        self.act("违占", "confirm", 8, 9)

    def act(self, code, verb, month, day, entered=None, **given):
        by = self.boss if verb == "report" else self.huang
        getattr(actions, verb)(
            self.patches[code],
            by=by,
            on=date(2024, month, day),
            at=at(*(entered or (month, day))),
            **given,
        )

    def found(self, user=None, **params):
        user = user or self.huang
        filters = PatchFilter(params, queryset=Patch.objects.visible_to(user), user=user)
        return sorted(filters.qs.values_list("code", flat=True))


@pytest.fixture
def scene():
    return again(Scene)


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"state": "reported"}, ["按期", "核减"]),
        ({"state": "confirmed"}, ["按期", "核减"]),
        ({"state": "exempt"}, ["核减"]),
        ({"state": "deferred"}, ["暂缓"]),
        ({"state": "returned"}, ["退回"]),
        ({"state": "overdue"}, ["一半", "没动", "要拆-1", "要拆-2"]),
        ({"state": "overdue", "milestone": "evidence"}, []),
        ({"state": "overdue", "actor": "VILLAGE"}, ["一半", "没动", "要拆-1", "要拆-2"]),
        ({"state": "overdue", "actor": "TOWN"}, []),
        ({"milestone": "replant", "done": "on_time"}, ["按期", "暂缓", "退回"]),
        ({"milestone": "replant", "done": "late"}, ["逾期"]),  # 核减的从不算逾期
        ({"milestone": "replant", "done": "yes"}, ["按期", "暂缓", "核减", "退回", "逾期"]),
        ({"milestone": "replant", "done": "no"}, ["一半", "没动", "要拆-1", "要拆-2"]),
        ({"milestone": "replant", "done": "some"}, ["一半", "按期", "暂缓", "退回", "逾期"]),
        ({"milestone": "evidence", "done": "yes"}, ["按期", "核减"]),
        ({}, ["一半", "按期", "暂缓", "核减", "没动", "要拆-1", "要拆-2", "退回", "逾期"]),
    ],
)
def test_the_state_of_a_past_day(scene, params, codes):
    found = scene.found(on="2024-10-20", target="abandoned", **params)

    assert found == sorted(codes)


def test_the_system_knew_less_on_that_day(scene):
    """10月3日做的、10月20日才录入：按录入日期看 10月19日，系统还不知道。"""
    ask = {"on": "2024-10-19", "target": "abandoned", "milestone": "replant", "done": "late"}

    assert scene.found(**ask) == ["逾期"]
    assert scene.found(**ask, basis="recorded") == []
    assert scene.found(**{**ask, "on": "2024-10-20"}, basis="recorded") == ["逾期"]


def test_before_the_split_the_parent_counts_and_after_it_the_children(scene):
    before = scene.found(on="2024-10-09", target="abandoned", state="all", q="要拆")
    after = scene.found(on="2024-10-10", target="abandoned", state="all", q="要拆")

    assert (before, after) == (["要拆"], ["要拆-1", "要拆-2"])
    assert scene.found(state="split") == ["要拆"]
    assert "要拆" not in scene.found()


DAYS = [
    "2024-08-01",
    "2024-09-05",
    "2024-09-30",
    "2024-10-01",
    "2024-10-02",
    "2024-10-10",
    "2024-10-12",
    "2024-10-15",
    "2024-10-20",
    "2024-11-02",
    "2024-11-10",
    "2024-11-16",
    "2024-12-31",
    "2025-01-01",
]


@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_the_ledger_lists_what_the_dashboard_counts(scene, basis):
    for day in DAYS:
        listed, counted = {}, {}
        figures = plan_progress(scene.plan, date.fromisoformat(day), basis)
        for asked, number in dashboard_counts(figures):
            counted[str(asked)] = number
            listed[str(asked)] = len(scene.found(year="2024", on=day, basis=basis, **asked))
        assert listed == counted, day


def dashboard_counts(figures):
    """(台账的条件, 总览上的个数)。"""
    yield {"state": "overdue"}, figures.overdue_count
    yield from owed_counts({}, figures.owed)
    for target in figures.targets:
        code = {"target": target.target.code}
        yield {**code, "state": "all"}, target.patch_count
        yield {**code, "state": "exempt"}, target.exempt_count
        yield {**code, "state": "deferred"}, target.deferred_count
        for step in target.milestones:
            here = {**code, "milestone": step.milestone.code}
            yield {**here, "done": "yes"}, step.reached_count
            yield {**here, "done": "no"}, target.patch_count - step.reached_count
            yield {**here, "done": "on_time"}, step.on_time_count
            yield {**here, "done": "late"}, step.late_count
            yield {**here, "state": "overdue"}, step.overdue_count
            yield from owed_counts(here, step.owed)
        for row, where in [
            (target, code),
            *((v, {**code, "village": v.village.pk}) for v in target.villages),
        ]:
            yield {**where, "state": "overdue"}, row.overdue_count
            yield from owed_counts(where, row.owed)
            yield {**where, "state": "reported"}, row.reported_count
            yield {**where, "state": "confirmed"}, row.confirmed_count


def owed_counts(where, owed):
    numbers = {"VILLAGE": owed.village, "TOWN": owed.town, "DISTRICT": owed.district}
    for actor, number in numbers.items():
        yield {**where, "state": "overdue", "actor": actor}, number


def test_whose_turn_it_is_on_a_past_day_and_today(scene):
    """11月16日：逾期、退回的报了举证，镇里没有核实；违占了结，违建没动。"""
    late = {"on": "2024-11-16", "target": "abandoned", "state": "overdue"}

    assert scene.found(**late, actor="TOWN") == ["退回", "逾期"]
    assert scene.found(**late, actor="VILLAGE") == ["一半", "没动", "要拆-1", "要拆-2"]
    assert scene.found(actor="TOWN") == ["退回", "逾期"]
    assert scene.found(actor="DISTRICT") == []
    # 暂缓的也没有了结，下一步还是村里的；核减、销号的没有下一步
    assert scene.found(actor="VILLAGE") == sorted(
        ["一半", "没动", "要拆-1", "要拆-2", "暂缓", "违建"]
    )


def test_what_was_done_on_less_than_the_patch_is_found(scene):
    """“一半”报了 3 亩，又报 4 亩说就这么多：比图斑的 8 亩少 1 亩，核实以后才算做完。"""
    scene.act("一半", "report", 11, 20, area_mu="4", completes=True)
    scene.act("一半", "report", 11, 21)
    assert scene.found(short="on") == []
    actions.confirm(scene.patches["一半"], by=scene.huang, on=date(2024, 11, 25), at=at(11, 25))

    assert scene.found(short="on") == ["一半"]
    assert scene.found(short="on", on="2024-11-24") == []
    assert scene.found(short="on", on="2024-11-25") == ["一半"]
    # 后来面积更正为 7 亩：按录入日期看，那天系统里还是 8 亩
    actions.amend(
        scene.patches["一半"],
        by=scene.huang,
        on=date(2024, 12, 1),
        at=at(12, 1),
        reason="重新丈量",
        area_mu="7",
    )
    assert scene.found(short="on") == []
    assert scene.found(short="on", on="2024-11-25", basis="recorded") == ["一半"]


def test_the_area_under_the_list_is_the_area_on_the_dashboard(scene):
    for day in DAYS:
        for step in plan_progress(scene.plan, date.fromisoformat(day)).targets[0].milestones:
            code = step.milestone.code
            params = {"on": day, "target": "abandoned", "milestone": code, "done": "some"}
            filters = PatchFilter(params, queryset=Patch.objects.all(), user=scene.huang)
            amounts = filters.ledger.amounts(filters.qs, filters.ledger.asked_steps("", code))

            assert amounts == (step.reached, step.on_time), (day, code)


def test_the_rows_of_a_past_day_show_that_days_state(scene, client):
    client.force_login(scene.huang)

    rows = client.get("/patches/?on=2024-10-01&target=abandoned").context["rows"]

    shown = {
        row.patch.code: (row.text, row.step.name if row.step else "", row.days_text) for row in rows
    }
    assert shown == {
        "按期": ("待核实", "镇级核实", "还有 45 天"),
        "逾期": ("待整治", "复耕复种", "逾期 1 天"),
        "一半": ("整治中", "复耕复种", "逾期 1 天"),
        "退回": ("待核实", "镇级核实", "还有 45 天"),
        "核减": ("待整治", "复耕复种", "逾期 1 天"),
        "暂缓": ("整治中", "举证上传", "还有 30 天"),
        "要拆": ("整治中", "举证上传", "还有 30 天"),
        "没动": ("待整治", "复耕复种", "逾期 1 天"),
    }


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"target": "illegal"}, ["违占", "违建"]),
        ({"status": "CLOSED"}, ["按期", "违占"]),
        ({"status": "AWAITING"}, ["退回", "逾期"]),
        ({"step": "abandoned:replant"}, ["一半", "没动", "要拆-1", "要拆-2"]),
        ({"step": "abandoned:evidence"}, ["暂缓"]),
        ({"timing": "late"}, ["退回", "逾期"]),
        ({"timing": "on_time"}, ["按期", "暂缓", "违占"]),
        ({"overdue": "1"}, ["一半", "没动", "要拆-1", "要拆-2", "退回", "逾期", "违建"]),
        (
            {"overdue": ""},
            [
                "一半",
                "按期",
                "暂缓",
                "核减",
                "没动",
                "要拆-1",
                "要拆-2",
                "退回",
                "逾期",
                "违占",
                "违建",
            ],
        ),
        ({"q": "要拆 1"}, ["要拆-1"]),
        ({"q": "没有这样的字"}, []),
        ({"year": "2023"}, ["去年的"]),
    ],
)
def test_todays_filters(scene, params, codes):
    """今天（2024年以后）的台账：缓存的状态和下一步。"""
    old = make_plan(2023)
    make_patch(make_steps_target(old, "abandoned"), scene.east, code="去年的")

    assert scene.found(**{"year": "2024", **params}) == sorted(codes)


def test_search_reads_code_place_and_contractor(scene):
    scene.patches["没动"].place = "李家湾"
    scene.patches["没动"].save(update_fields=["place"])
    scene.patches["一半"].contractor = "李大爷"
    scene.patches["一半"].save(update_fields=["contractor"])

    assert scene.found(q="李") == sorted(["没动", "一半"])
    assert scene.found(q="李家") == ["没动"]


def test_due_within_counts_as_of_the_day_asked(scene):
    """9月30日看：后来才核减、才补报的那时还没做；11月9日看：第二天才重报的“退回”那时是逾期，不算快到期。"""
    assert scene.found(due="0", on="2024-09-30", target="abandoned") == [
        "一半",
        "核减",
        "没动",
        "逾期",
    ]
    assert scene.found(due="7", on="2024-11-09", target="abandoned") == ["逾期"]


def test_village_of_one_s_own(scene):
    own = make_user("dong", villages=[scene.east])

    assert scene.found(user=own, village=scene.east.pk, target="illegal") == ["违占"]
    assert scene.found(user=own, state="overdue", on="2024-10-20", target="abandoned") == [
        "一半",
        "要拆-1",
        "要拆-2",
    ]


def test_a_working_group_has_the_patches_of_its_own_targets(scene):
    group = make_group(scene.plan, "违法占用耕地专项工作组")
    other = make_group(make_plan(2023), "去年的组")
    scene.cases.group = group
    scene.cases.save()

    assert scene.found(group=group.pk, on="2024-08-05", state="all") == ["违占", "违建"]
    scene.plan.targets.exclude(pk=scene.cases.pk).update(group=make_group(scene.plan))
    assert scene.found(group=group.pk, state="overdue", on="2025-01-10") == scene.found(
        target="illegal", state="overdue", on="2025-01-10"
    )
    filters = PatchFilter({"group": other.pk}, queryset=Patch.objects.all(), user=scene.huang)
    assert filters.problems == [
        "“工作组”：这一年的方案里没有这个工作组，请重新选。这一项没有用上。"
    ]
