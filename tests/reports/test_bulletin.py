"""通报的句子：逐字核对，数都是手算的；没有数、全完成、年度外都说得通。"""

from datetime import date
from decimal import Decimal

import pytest

from plots import actions
from plots.models import Patch
from taiping.reports.bulletin import write_bulletin
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_reading,
    make_record,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, ReportsTown, on
from tests.worlds.town import NOON
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return again(ReportsTown)


def texts(plan, day=DAY, basis="done"):
    """{一级标题: [各段的字]}；开头一段在“开头”下，表格不在内。"""
    found, heading = {"开头": []}, "开头"
    for block in write_bulletin(plan, day, basis).blocks:
        if block.kind == "heading":
            heading = block.text
            found[heading] = []
        elif block.kind == "paragraph":
            found[heading].append(block.lead + block.text)
    return found


def table(plan, day=DAY):
    """附件里的各村表。"""
    annexes = {annex.title: annex for annex in write_bulletin(plan, day).annexes}
    return annexes["各村图斑整治情况表"].blocks[0]


def test_every_sentence_of_a_day_in_the_middle_of_the_year(town):
    found = texts(town.plan)

    assert list(found) == [
        "开头",
        "一、总体情况",
        "二、分任务进展",
        "三、各村情况",
        "四、存在问题",
        "五、下步工作",
    ]
    assert found["开头"] == [
        "根据《太平镇2024年耕地保护工作实施方案》，现将截至2024年10月20日全镇耕地保护工作进展情况通报如下。"
    ]
    assert found["一、总体情况"] == [
        "方案共有目标任务3项，其中逾期1项、正常推进2项。各项任务共有图斑12个，其中3个逾期（村该办3个）。"
    ]
    assert found["二、分任务进展"] == [
        "（一）耕地保有量（正常）。底线32,202亩，2024年6月30日监测为32,300亩，高出底线98亩。",
        "（二）自然撂荒地整治（逾期）。任务数100亩，现有图斑9个、100.50亩。已上报4个、30亩，"
        "已核实3个、20亩（含核查无问题1个，核减6亩），核实面积占任务数的20%。暂缓1个。"
        "扣除核查无问题的，现有图斑比任务数少5.50亩。"
        "复耕复种9月30日截止，逾期20天，已完成5个、55亩，其中按期3个、逾期完成1个，还有3个图斑逾期。"
        "举证上传10月31日截止，还有11天。镇级核实11月15日截止，还有26天。",
        "（三）存量重点图斑（正常）。任务数3个、30亩，现有图斑3个、30亩。已上报2个、10亩，"
        "已核实2个、10亩（含核查无问题1个，核减12亩），核实个数占任务数的66.6%、核实面积占55.5%"
        "（任务面积核减后为18亩）。复耕复种（9月30日截止）已按期完成。"
        "举证上传10月31日截止，还有11天。镇级核实11月15日截止，还有26天。",
    ]
    assert found["三、各村情况"] == [
        "各村按核实占比由高到低排列，占比相同的，村该办的逾期少的在前（见附件2）。"
        "核实占比最高的是东村（50%），最低的是西村（33.3%）。南村没有图斑，不参加排名。"
    ]
    assert found["四、存在问题"] == [
        "（一）时间节点逾期。自然撂荒地整治的复耕复种（逾期20天，还差45亩）。",
        "（二）村该办的图斑逾期。共3个，清单见附件1。东村2个，最长的逾期20天。西村1个，逾期20天。",
        "（三）已退回，还没有重新上报。共1个，清单见附件1。西村1个（未见复耕复种）。",
        "（四）暂缓整改。共1个，清单见附件1。西村1个（等水退）。",
    ]
    assert found["五、下步工作"] == [
        "（一）抓紧补上逾期的任务。对已经逾期的时间节点和图斑，请责任单位和有关村逐个核对原因，尽快完成并上报。",
        "（二）按时完成近30天内截止的任务。2024年10月31日截止（还有11天）的有自然撂荒地整治、存量重点图斑的举证上传；"
        "2024年11月15日截止（还有26天）的有自然撂荒地整治、存量重点图斑的镇级核实。",
    ]
    (notes,) = [
        annex for annex in write_bulletin(town.plan, DAY).annexes if annex.title == "统计说明"
    ]
    assert notes.blocks[0].text.startswith("1．数据截至2024年10月20日，按完成日期统计")


def test_villages_are_ranked_on_results_only(town):
    found = table(town.plan)

    assert found.head == ["名次", "村", "图斑", "上报", "核实", "核实占比", "村该办的逾期"]
    assert found.rows == [
        ["1", "东村", "6", "4", "3", "50%", "2"],
        ["2", "西村", "6", "2", "2", "33.3%", "1"],
    ]
    assert found.total == ["合计", "", "12", "6", "5", "41.6%", "3"]


def test_equal_results_share_a_place():
    plan = make_plan()
    target = make_steps_target(plan)
    for name, order in (("甲村", 1), ("乙村", 2), ("丙村", 3)):
        village = make_village(name, order=order)
        make_patch(target, village, code="T1")
    actions.exempt(
        Patch.objects.get(village__name="丙村"),
        by=make_user(role=Role.STAFF),
        on=on(9, 1),
        at=NOON,
        note="无",
    )

    assert [row[:2] for row in table(plan).rows] == [["1", "丙村"], ["2", "甲村"], ["2", "乙村"]]


def test_before_anything_happened_and_before_the_plan_starts(town):
    in_august, last_year = texts(town.plan, date(2024, 8, 1)), texts(town.plan, date(2023, 12, 1))

    assert in_august["二、分任务进展"][1] == (
        "（二）自然撂荒地整治（预警，复耕复种：时间过了78%，完成0%）。任务数100亩，现有图斑9个、100.50亩。还没有图斑完成举证上传。"
        "复耕复种9月30日截止，还有60天，还没有完成的。举证上传10月31日截止，还有91天。镇级核实11月15日截止，还有106天。"
    )
    assert in_august["三、各村情况"][0].endswith(
        "各村都还没有核实的图斑。南村没有图斑，不参加排名。"
    )
    assert in_august["四、存在问题"] == ["没有逾期、退回和暂缓的图斑，也没有逾期的时间节点。"]
    # 30天内没有到期的，列出全部剩下的
    ahead = "（一）按时完成还没有到期的任务。2024年9月30日截止（还有60天）的有自然撂荒地整治"
    assert in_august["五、下步工作"][0].startswith(ahead)
    assert last_year["一、总体情况"][0].startswith("方案从2024年1月1日开始，目前还没有开始。")


def test_after_the_plan_everything_open_is_overdue(town):
    found = texts(town.plan, date(2025, 1, 10))

    assert found["一、总体情况"] == [
        "方案已于2024年12月31日结束，没有完成的图斑（暂缓的除外）都按逾期统计。"
        "方案共有目标任务3项，其中按期完成1项、逾期2项。各项任务共有图斑12个，其中6个逾期（村该办5个、镇该办1个）。"
    ]
    # 撂荒 A3、A4、A6、A7 四个，重点 B3 一个；A2 报了举证，等镇里核实；A8 暂缓不算
    assert found["四、存在问题"][1:3] == [
        "（二）村该办的图斑逾期。共5个，清单见附件1。西村3个，最长的逾期102天。东村2个，最长的逾期102天。",
        "（三）镇该办的图斑逾期。共1个，清单见附件1。东村1个，逾期56天。",
    ]
    assert "另有镇该办1个逾期，不计入各村。" in found["三、各村情况"][0]
    assert [row[-1] for row in table(town.plan, date(2025, 1, 10)).rows] == ["2", "3"]
    assert found["五、下步工作"] == [
        "（一）抓紧补上逾期的任务。对已经逾期的时间节点和图斑，请责任单位和有关村逐个核对原因，尽快完成并上报。"
    ]


def test_all_done():
    plan = make_plan()
    target = make_steps_target(plan, quota=Decimal(20))
    east, huang, liu = make_village("东村"), make_user(role=Role.STAFF), make_user(role=Role.STAFF)
    for code in ("A1", "A2"):
        patch = make_patch(target, east, code=code)
        actions.report(
            patch, by=huang, on=on(9, 1), at=NOON, step=target.milestones.get(code="evidence")
        )
        actions.confirm(patch, by=liu, on=on(9, 5), at=NOON)

    during, after = texts(plan), texts(plan, date(2024, 12, 1))

    assert during["一、总体情况"] == [
        "方案共有目标任务1项，按期完成。各项任务共有图斑2个，没有逾期的。"
    ]
    head = (
        "（一）自然撂荒地整治（按期完成）。任务数20亩，现有图斑2个、20亩。"
        "现有图斑已全部核实，共2个、20亩，核实面积占任务数的100%。"
    )
    assert during["二、分任务进展"] == [head + "各时间节点均已完成。"]
    assert after["二、分任务进展"] == [head + "各时间节点均已按期完成。"]
    assert after["三、各村情况"][0].endswith("东村的图斑已全部核实。")
    assert after["四、存在问题"] == ["没有逾期、退回和暂缓的图斑，也没有逾期的时间节点。"]
    assert after["五、下步工作"] == ["各时间节点都已完成。"]


def test_no_targets_no_patches_no_readings():
    empty, plan = make_plan(2023), make_plan(2024)
    make_village("东村")
    floor = make_target(
        plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        quota=Decimal(32202),
        order=1,
    )
    make_milestone(floor, name="年底保有", due_on=on(12, 31))
    make_steps_target(plan, order=2)

    nothing, found = texts(empty, date(2023, 6, 1)), texts(plan)

    assert list(nothing) == ["开头", "一、总体情况"]
    assert nothing["一、总体情况"] == ["2023年度方案还没有目标任务，暂无可通报的进展。"]
    assert found["一、总体情况"] == [
        "方案共有目标任务2项，全部还没有数据。各项整治任务还没有下发图斑，暂无整治进展的数据。"
    ]
    assert found["二、分任务进展"] == [
        "（一）耕地保有量（无数据）。底线32,202亩，还没有监测数。",
        "（二）自然撂荒地整治（无数据，复耕复种：截止已过20天，还没有下发图斑）。"
        "任务数100亩，还没有下发图斑，暂无进展数据。",
    ]
    assert found["三、各村情况"] == ["各村都还没有图斑，暂不排名。"]
    assert found["四、存在问题"] == [
        "（一）截止已过，还没有报数的。自然撂荒地整治（还没有下发图斑）的复耕复种（已过20天）。"
    ]
    assert texts(plan, date(2024, 9, 30))["四、存在问题"] == [
        "还没有下发图斑，没有可以通报的问题。"
    ]
    in_winter = texts(plan, date(2025, 1, 2))["四、存在问题"]
    assert in_winter[0].startswith(
        "（一）截止已过，还没有报数的。耕地保有量的年底保有（已过2天）；自然撂荒地整治（还没有下发图斑）的"
    )


def test_floor_below_the_line_undated_steps_and_only_exempt():
    plan = make_plan()
    floor = make_target(
        plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        quota=Decimal(100),
        order=1,
    )
    make_milestone(floor, name="年底保有", due_on=on(9, 30))
    make_reading(floor, on=on(6, 30), value=Decimal("88.5"))
    cases = make_target(
        plan, "illegal", name="违法占用耕地问题", kind="CASES", quota=None, quota_count=4, order=2
    )
    make_milestone(cases, "rectify", name="整改落实", due_on=None)
    make_milestone(cases, "close", name="核实销号", due_on=None, actor="TOWN")
    patch = make_patch(cases, make_village("东村"), code="W1", area_mu=Decimal("0.5"))
    make_patch(cases, patch.village, code="W2", area_mu=Decimal("0.7"))
    actions.exempt(patch, by=make_user(role=Role.STAFF), on=on(9, 1), at=NOON, note="已办农转用")

    found = texts(plan)

    assert found["二、分任务进展"] == [
        "（一）耕地保有量（逾期）。底线100亩，2024年6月30日监测为88.50亩，低于底线11.50亩。",
        "（二）违法占用耕地问题（预警，时间过了80%，完成25%）。任务数4个，现有图斑2个、1.20亩。核查无问题1个，核减0.50亩，其余还没有完成整改落实。"
        "扣除核查无问题的，现有图斑比任务数少2个。整改落实、核实销号方案没有定截止日期，以方案结束的12月31日为准。",
    ]
    assert found["四、存在问题"] == ["（一）低于底线。耕地保有量低于底线11.50亩。"]
    assert (
        found["五、下步工作"][0]
        == "（一）补足低于底线的面积。耕地保有量低于底线，请责任单位核对面积，尽快补足。"
    )
    assert found["五、下步工作"][-1] == (
        "（二）推进没有定截止日期的任务。违法占用耕地问题的整改落实、核实销号，方案没有定截止日期，请在2024年12月31日方案结束前完成。"
    )


def test_a_floor_below_its_line_is_a_problem_before_its_deadline_too():
    plan = make_plan()
    floor = make_target(
        plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        quota=Decimal(100),
        decimals=0,
    )
    make_milestone(floor, name="年底保有", due_on=on(12, 31))
    make_reading(floor, on=on(6, 30), value=Decimal("99.7"))

    found = texts(plan)

    assert found["二、分任务进展"] == [
        "（一）耕地保有量（预警）。底线100亩，2024年6月30日监测为99.7亩，低于底线0.3亩。"
    ]
    assert found["四、存在问题"] == ["（一）低于底线。耕地保有量低于底线0.3亩。"]


def test_what_is_short_by_a_little_is_not_shown_as_the_whole():
    """平方米换成亩，常差一点点：10＋9.998 亩，比 20 亩少 0.002，不能写成 20 亩。"""
    plan = make_plan()
    target = make_target(plan, name="自然撂荒地整治", quota=Decimal(20))
    make_milestone(target, name="复耕复种", due_on=on(9, 30))
    village, by = make_village("东村"), make_user(role=Role.STAFF)
    for code, area in (("A1", "10"), ("A2", "9.998")):
        patch = make_patch(target, village, code=code, area_mu=Decimal(area))
        make_record(patch, by=by, on=on(9, 1))

    found = texts(plan)

    assert (
        "任务数20亩，现有图斑2个、19.998亩。现有图斑已全部完成，共2个、19.998亩，"
        "完成面积占任务数的99.9%。现有图斑比任务数少0.002亩。"
    ) in found["二、分任务进展"][0]
    assert found["四、存在问题"] == [
        "（一）时间节点逾期。自然撂荒地整治的复耕复种（逾期20天，还差0.002亩）。"
    ]
    assert found["五、下步工作"] == [
        "（一）抓紧补上逾期的任务。对已经逾期的时间节点，请责任单位核对原因，尽快完成并上报。"
    ]


def test_the_lowest_villages_are_named_from_the_bottom():
    """五个村只有第1村核实过；逾期最多的第5村先点到，别的照方案的先后。"""
    plan = make_plan()
    target = make_target(plan, name="自然撂荒地整治", quota=None)
    make_milestone(target, name="复耕复种", due_on=on(9, 30))
    by = make_user(role=Role.STAFF)
    for number in range(1, 6):
        village = make_village(f"第{number}村", order=number)
        for code in range(1 + (number == 5)):
            patch = make_patch(target, village, code=f"{number}-{code}")
            if number == 1:
                make_record(patch, by=by, on=on(9, 1))

    assert "最低的是第5村、第2村、第3村等4个村（0%）" in texts(plan)["三、各村情况"][0]


def test_all_exempt_is_not_said_to_be_waiting():
    plan = make_plan()
    patch = make_patch(make_steps_target(plan), make_village("东村"), code="T1", area_mu=Decimal(4))
    actions.exempt(patch, by=make_user(role=Role.STAFF), on=on(9, 1), at=NOON, note="影像为水田")

    assert texts(plan)["二、分任务进展"][0].startswith(
        "（一）自然撂荒地整治（逾期）。任务数100亩，现有图斑1个、4亩。现有图斑全部核查无问题，核减4亩。"
        "扣除核查无问题的，现有图斑比任务数少100亩。复耕复种9月30日截止，逾期20天，已完成1个，比任务数少100亩。"
    )


def test_a_village_has_one_sentence_however_many_are_late():
    """正文里不点编号，编号在附件的清单里，一个也不少。"""
    plan = make_plan()
    target, east = make_steps_target(plan), make_village("东村")
    codes = [f"T{number:02d}" for number in range(1, 13)]
    for code in codes:
        make_patch(target, east, code=code)

    bulletin = write_bulletin(plan, DAY)

    found = texts(plan)
    assert found["四、存在问题"][1] == (
        "（二）村该办的图斑逾期。共12个，清单见附件1。东村12个，最长的逾期20天。"
    )
    assert not any(code in str(found) for code in codes)
    assert [row[1] for row in bulletin.annexes[0].blocks[0].rows] == codes
