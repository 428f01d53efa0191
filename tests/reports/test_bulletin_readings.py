"""没有图斑的方案的通报：说的是监测数；截止过了没有人报数的，一处也不漏。数都是手算的。"""

from datetime import date

import pytest

from taiping.progress.layout import attention
from taiping.progress.progress import plan_progress
from taiping.reports.bulletin import write_bulletin
from tests.worlds.factories import make_milestone, make_steps_target
from tests.worlds.kept import again
from tests.worlds.reading_towns import (
    GrainTown,
    PatrolTown,
    ReadingTown,
    SilentTown,
    WorksTown,
    on,
)

pytestmark = pytest.mark.django_db
DAY = on(10, 20)
TOWNS = [GrainTown, WorksTown, SilentTown]


def texts(plan, day=DAY, before=None):
    """{一级标题的字: [各段的字]}；开头一段在“开头”下，表格不在内。"""
    found, heading = {"开头": []}, "开头"
    for block in write_bulletin(plan, day, before=before).blocks:
        if block.kind == "heading":
            heading = block.text.split("、", 1)[1]
            found[heading] = []
        elif block.kind == "paragraph":
            found[heading].append(block.lead + block.text)
    return found


def test_a_grain_plan_speaks_of_readings_in_their_units():
    town = again(GrainTown)

    found = texts(town.plan, before=on(10, 12))

    assert found["总体情况"] == [
        "方案共有目标任务3项，其中逾期2项、还没有数据1项。截止已过、还没有报数的1项。",
        "与上期（截至10月12日）相比，粮食播种面积的监测数增加2万亩。",
    ]
    assert found["分任务进展"] == [
        "（一）粮食播种面积（逾期）。任务数12.35万亩，2024年4月20日至10月16日各村监测合计为7万亩，"
        "占任务数的56.6%（3个村报了2个）。春播4月30日截止，逾期173天，还差5.35万亩。"
        "秋播10月31日截止，还有11天。",
        "（二）粮食产量（逾期）。任务数5.20万吨，2024年10月10日监测为4.45万吨，占任务数的85.5%。"
        "秋收9月30日截止，逾期20天，还差0.75万吨。",
        "（三）大豆播种面积（无数据）。任务数608亩，还没有监测数。播种6月30日截止，已过112天。",
    ]
    assert found["存在问题"] == [
        "（一）时间节点逾期。粮食播种面积的春播（逾期173天，还差5.35万亩）；"
        "粮食产量的秋收（逾期20天，还差0.75万吨）。",
        "（二）截止已过，还没有报数的。大豆播种面积的播种608亩（已过112天）。",
    ]
    assert found["下步工作"] == [
        "（一）抓紧补上逾期的任务。对已经逾期的时间节点，请责任单位核对原因，尽快完成并上报。",
        "（二）补报截止已过、还没有报数的任务。大豆播种面积截止已过、还没有报数，请责任单位核实情况，尽快上报。",
        "（三）按时完成近30天内截止的任务。2024年10月31日截止（还有11天）的有粮食播种面积的秋播。",
    ]


@pytest.mark.parametrize("world", TOWNS)
@pytest.mark.parametrize("day", [on(5, 1), on(9, 30), on(10, 1), on(12, 1), date(2025, 1, 10)])
def test_the_overdue_are_those_of_the_dashboard(world, day):
    """总览“逾期和快到期的”里过了截止的每一步，通报的存在问题都点到名、天数一样；没有过的一步也不点。"""
    town = again(world)

    told = "".join(texts(town.plan, day)["存在问题"])

    steps = plan_progress(town.plan, day)
    late = [row for row in attention(steps) if row[1].days_left < 0]
    for figures, row in late:
        assert figures.target.name in told
        assert f"{row.milestone.name}" in told
        assert f"{row.days_over}天" in told
    names = {figures.target.name for figures, _ in late}
    assert {row.target.name for row in steps.targets if row.target.name in told} == names
    assert told.count("（逾期") + told.count("（已过") == len(late)


def test_silence_is_no_problem_before_and_on_the_day_and_is_one_after():
    town = again(SilentTown)

    before, same_day = texts(town.plan, on(9, 29)), texts(town.plan, on(9, 30))
    after = texts(town.plan, on(12, 1))

    nothing = ["各项任务都还没有到截止日期，也还没有监测数。"]
    assert before["存在问题"] == same_day["存在问题"] == nothing
    assert after["总体情况"] == ["方案共有目标任务2项，全部还没有数据。截止已过、还没有报数的1项。"]
    assert after["分任务进展"] == [
        "（一）复耕复种（无数据）。任务数608亩，还没有监测数。"
        "复耕9月30日截止，已过62天。核实10月31日截止，已过31天。",
        "（二）耕地保有量（无数据）。底线32,202亩，还没有监测数。",
    ]
    assert after["存在问题"] == [
        "（一）截止已过，还没有报数的。复耕复种的复耕608亩（已过62天）、核实608亩（已过31天）。"
    ]
    assert after["下步工作"][0] == (
        "（一）补报截止已过、还没有报数的任务。复耕复种截止已过、还没有报数，请责任单位核实情况，尽快上报。"
    )


@pytest.mark.parametrize("world", TOWNS)
def test_nothing_is_said_of_patches(world):
    town = again(world)

    for day in (on(3, 1), DAY, date(2025, 1, 10)):
        bulletin = write_bulletin(town.plan, day, before=on(2, 1))
        parts = [*bulletin.blocks, *(block for annex in bulletin.annexes for block in annex.blocks)]
        assert "图斑" not in str(parts)
        assert "图斑" not in str([annex.title for annex in bulletin.annexes])


def test_what_is_short_by_a_little_is_not_the_whole():
    """12.4999 公里按三位小数写成 12.500，看着就够了。"""
    town = again(WorksTown)

    found = texts(town.plan)

    assert found["分任务进展"][0] == (
        "（一）田间道路（逾期）。任务数12.5000公里，2024年10月8日监测为12.4999公里，"
        "占任务数的99.9%。完工9月30日截止，逾期20天，还差0.0001公里。"
    )


def test_a_step_with_a_goal_of_its_own_says_it():
    town = ReadingOnly()

    found = texts(town.plan, on(6, 1))

    assert found["分任务进展"] == [
        "（一）整地（正常）。任务数100亩，2024年5月10日监测为70亩，占任务数的70%。"
        "上半年（6月30日截止）已完成。全年12月31日截止，还有213天。"
    ]
    assert texts(town.plan, on(5, 1))["分任务进展"][0].endswith("全年12月31日截止，还有244天。")
    assert "上半年6月30日截止，还有60天，要到60亩，还差20亩。" in str(texts(town.plan, on(5, 1)))


def test_a_part_of_the_year_nobody_reported_is_told_beside_the_earlier_number():
    """没有定数的投资：上半年报了，下半年一次也没有报，报过的那个数不算下半年的。"""
    town = SilentTown()
    money = town.add_measured("money", "完成投资", "万元", None)
    make_milestone(money, name="上半年", due_on=on(6, 30))
    make_milestone(money, name="下半年", starts_on=on(7, 1), due_on=on(10, 15))
    town.read_whole(money, on(6, 1), "80")

    found = texts(town.plan)

    assert found["分任务进展"][-1].endswith(
        "方案未定任务数，2024年6月1日监测为80万元。上半年（6月30日截止）已按期完成。"
        "下半年10月15日截止，已过5天，这一段还没有报数。"
    )
    assert "完成投资的下半年（已过5天）" in found["存在问题"][0]


def test_a_patch_plan_with_nothing_imported_is_not_said_to_be_finished():
    """各步都截止了，图斑一块也没有下发：下步工作请补报，不写“各时间节点都已完成”。"""
    town = ReadingTown()
    make_steps_target(town.plan)

    found = texts(town.plan, on(12, 1))

    assert found["存在问题"] == [
        "（一）截止已过，还没有报数的。自然撂荒地整治（还没有下发图斑）的"
        "复耕复种（已过62天）、举证上传（已过31天）、镇级核实（已过16天）。"
    ]
    assert found["下步工作"] == [
        "（一）补报截止已过、还没有报数的任务。自然撂荒地整治截止已过、还没有下发图斑，"
        "请责任单位核实情况，尽快上报。"
    ]


def test_a_step_named_after_its_target_is_not_told_twice():
    town = SilentTown()
    town.add_measured("rice", "早稻", "亩", "40", ("早稻播种", on(9, 1)), ("早稻收割", on(11, 1)))

    found = texts(town.plan)

    assert "；早稻播种40亩（已过49天）。" in found["存在问题"][0]
    assert "2024年11月1日截止（还有12天）的有早稻收割。" in found["下步工作"][1]


class ReadingOnly(SilentTown):
    """一项任务两步，上半年到六成；4月报了40亩，5月报了70亩。"""

    def fill(self):
        land = self.add_measured("land", "整地", "亩", "100")
        make_milestone(land, name="上半年", due_on=on(6, 30), quota=60)
        make_milestone(land, name="全年", due_on=on(12, 31))
        self.read_whole(land, on(4, 10), 40)
        self.read_whole(land, on(5, 10), 70)


def test_the_first_reading_since_the_last_bulletin_is_told():
    town = again(WorksTown)

    found = texts(town.plan, before=on(10, 9))

    assert found["总体情况"][1] == (
        "与上期（截至10月9日）相比，蓄水池新报监测数5座；完成投资新报监测数200.50万元。"
    )
    assert texts(town.plan, before=on(10, 15))["总体情况"][1] == (
        "与上期（截至10月15日）相比，各项任务的监测数都没有变化。"
    )


def test_a_plan_of_duties_alone_has_sections_of_its_own():
    town = again(PatrolTown)

    found = texts(town.plan)

    assert found == {
        "开头": [
            "根据《太平镇2024年田长巡田方案》，现将截至2024年10月20日全镇耕地保护工作进展情况通报如下。"
        ],
        "总体情况": ["方案没有目标任务，定了常态工作2项。"],
        "常态工作": [
            "（一）巡田。本周（10月14日至20日）巡田应8次、已做2次，完成率25%，西村、南村、北村没有记录。",
            "（二）抽查。本月（10月）抽查应1回、已做0回，完成率0%。",
        ],
        "存在问题": [
            "（一）没有做够。巡田，本周（10月14日至20日）没有做够的有西村、南村、北村；抽查，本月（10月）还差1回。"
        ],
        "下步工作": ["没有做够的，请在这一段结束以前补做，做了及时记录。"],
    }
    assert [annex.title for annex in write_bulletin(town.plan, DAY).annexes] == ["统计说明"]
