"""方案在用的时候插一步：做过后面步骤的图斑随着补记，过去每一天、两种口径，各处的数都还一样。"""

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from plots import actions
from plots.actions.permissions import NotAllowed
from plots.actions.plan_changes import follow
from plots.actions.taking_back import take_back
from plots.ledger.as_of import LedgerAt
from plots.ledger.replay import all_differences, records_of, state_of
from plots.ledger.timeline import timeline
from plots.models import Kind, Patch, RectificationRecord, Status
from taiping.progress.output import as_json
from taiping.progress.progress import plan_progress
from taiping.progress.returns import waiting_sums
from tasks import workbook
from tasks.models import Milestone, Plan, Target
from tests.worlds.admin_forms import post_of
from tests.worlds.factories import make_milestone, make_user
from tests.worlds.kept import again, demo_2024
from tests.worlds.plan_files import edit
from tests.worlds.town import TwoVillages, sep
from villages.models import Role

pytestmark = pytest.mark.django_db

DAYS = [date(2024, 9, 1) + timedelta(days=number) for number in range(0, 80, 5)]
BASES = ("done", "recorded")
STEPS = ("replant", "evidence", "check")


class BusyTown(TwoVillages):
    """一项任务里什么样的图斑都有一块；每件事都是办的第二天录入的。"""

    def __init__(self):
        super().__init__()
        self.patch.delete()
        self.report_of("销号了", "check")
        self.report_of("报到举证", "evidence")
        self.report_of("只复耕", "replant")
        self.report_of("没动")
        self.report_of("举证报了一半", "replant")
        self.deed("report", "举证报了一半", 8, by=self.east_secretary, area_mu="4")
        self.report_of("退回重报过", "evidence")
        self.deed("send_back", "退回重报过", 12, step="evidence", reasons=["照片不清"])
        self.deed("report", "退回重报过", 20, by=self.east_secretary)
        self.report_of("退回还没报", "evidence")
        self.deed("send_back", "退回还没报", 12, step="evidence", reasons=["照片不清"])
        self.report_of("举证前暂缓", "replant")
        self.deed("defer", "举证前暂缓", 9, note="等水退")
        self.report_of("暂缓又恢复", "replant")
        self.deed("defer", "暂缓又恢复", 9, note="等水退")
        self.deed("resume", "暂缓又恢复", 15)
        self.deed("report", "暂缓又恢复", 25, by=self.east_secretary)
        self.report_of("核查无问题", "evidence")
        self.deed("exempt", "核查无问题", 22, note="影像为水田")
        self.report_of("改小了", "check")
        self.deed("amend", "改小了", 26, area_mu="8", reason="图纸有误")
        self.report_of("拆了", "evidence")
        parts = [{"code": "拆了-1", "area_mu": "6"}, {"code": "拆了-2", "area_mu": "4"}]
        self.deed("split", "拆了", 24, children=parts, reason="两户")

    def deed(self, verb, code, day, *, by=None, **given):
        at = self.at.replace(month=9, day=day) + timedelta(days=1)
        return self.act(verb, code, by=by or self.huang, on=sep(day), at=at, **given)

    def report_of(self, code, upto=None):
        """9月5日复耕，7日举证，10日核实，做到 upto 为止。"""
        self.add_patch(self.target, self.east, code, created_at=self.at.replace(month=1))
        if upto is None:
            return
        self.deed("report", code, 5, by=self.east_secretary)
        if upto != "replant":
            self.deed("report", code, 7, by=self.east_secretary)
        if upto == "check":
            self.deed("confirm", code, 10)

    def insert_irrigation(self, due=date(2024, 10, 15)):
        """在复耕复种和举证上传之间插一步“灌溉设施”，照后台的样子：后面两步先让开。"""
        for step in (self.check, self.evidence):
            step.order += 1
            step.save(update_fields=["order"])
        step = make_milestone(self.target, "water", name="灌溉设施", order=2, due_on=due)
        return step, follow([self.target], by=self.admin)


@pytest.fixture
def town():
    return BusyTown()


def standing_at(target, on, basis):
    """{编号: (完成的步骤, 状态)}：那天、那种口径的样子。"""
    patches = list(Patch.objects.filter(target=target).counting(on, basis))
    steps = list(Milestone.objects.filter(target=target).order_by("order"))
    found = LedgerAt(on, basis, steps).states(patches)
    return {
        patch.code: (
            [step.milestone.code for step in found[patch.pk].steps if step.done],
            found[patch.pk].status,
        )
        for patch in patches
    }


def overdue_everywhere(plan, target, on, basis):
    """(总览, 台账的筛选, JSON) 里这项任务逾期的个数。"""
    figures = plan_progress(plan, on, basis)
    row = next(each for each in figures.targets if each.target.pk == target.pk)
    steps = list(Milestone.objects.filter(target__plan=plan).order_by("target_id", "order"))
    ledger = LedgerAt(on, basis, steps)
    patches = Patch.objects.filter(target=target).counting(on, basis)
    spoken = next(each for each in as_json(figures)["targets"] if each["code"] == target.code)
    return (
        row.overdue_count,
        ledger.pick(patches, ledger.in_state("overdue")).count(),
        sum(village["overdue_count"] for village in spoken["villages"]),
    )


def test_the_new_step_is_done_with_the_one_after_it_on_every_day(town):
    before = {(on, basis): standing_at(town.target, on, basis) for on in DAYS for basis in BASES}

    town.insert_irrigation()

    for (on, basis), patches in before.items():
        after = standing_at(town.target, on, basis)
        for code, (done, _) in patches.items():
            expected = [*done]
            if "evidence" in done or (code == "举证报了一半" and on >= sep(8 + (basis != "done"))):
                expected.insert(1, "water")
            assert after[code][0] == expected, (on, basis, code)


def test_page_ledger_and_json_agree_on_every_day_after_the_insertion(town):
    town.insert_irrigation()

    for on in DAYS:
        for basis in BASES:
            numbers = overdue_everywhere(town.plan, town.target, on, basis)
            patches = standing_at(town.target, on, basis)
            due = {step.code: step.due_on for step in town.target.milestones.all()}
            late = [
                code
                for code, (done, status) in patches.items()
                if status not in (Status.EXEMPT, Status.DEFERRED)
                and any(due[step] < on for step in due if step not in done)
            ]
            assert numbers == (len(late),) * 3, (on, basis)


def test_statuses_are_settled_and_the_ledger_is_clean(town):
    before = dict(Patch.objects.values_list("code", "status"))

    _, (effect,) = town.insert_irrigation()

    assert list(all_differences()) == []
    assert dict(Patch.objects.values_list("code", "status")) == before | {"报到举证": "AWAITING"}
    following = dict(Patch.objects.values_list("code", "next_milestone__code"))
    assert following["只复耕"] == following["退回还没报"] == following["举证前暂缓"] == "water"
    assert following["报到举证"] == "check"
    assert following["举证报了一半"] == "evidence"
    assert effect.carried == {"灌溉设施": 9}
    call_command("check_ledger", stdout=io.StringIO())


def test_the_carried_record_says_what_it_is(town):
    step, _ = town.insert_irrigation()

    record = RectificationRecord.objects.get(patch__code="销号了", milestone=step)
    source = RectificationRecord.objects.get(patch__code="销号了", milestone=town.evidence)
    assert (record.done_on, record.created_at) == (source.done_on, source.created_at)
    assert (record.by, record.completes, record.area_mu) == (town.admin, True, 10)
    assert record.details["added_with_plan"]["step"] == "举证上传"
    patch = Patch.objects.get(code="销号了")
    events, replaced = timeline(patch, records_of(patch))
    assert "方案添了“灌溉设施”，随后面的步骤算做过" in [event.title for event in events]
    assert replaced == []


def test_carried_records_are_nobodys_reports(town):
    asked = (town.plan, date(2024, 12, 1))
    before = plan_progress(*asked).filed

    town.insert_irrigation()

    assert plan_progress(*asked).filed == before
    patch = Patch.objects.get(code="报到举证")
    actions.confirm(patch, by=town.admin, on=sep(28))  # 改方案的人没有报过它，可以核实
    assert Patch.objects.get(code="报到举证").status == Status.CLOSED


def test_a_carried_record_cannot_be_taken_back(town):
    """补记是随后面那一步的，不是谁办的一笔：改方案的人单撤回它，后面做完的就没有了前面。"""
    step, _ = town.insert_irrigation()
    record = RectificationRecord.objects.get(patch__code="销号了", milestone=step)

    with pytest.raises(NotAllowed, match="不能这样撤回"):
        take_back(record, by=town.admin)
    assert list(all_differences()) == []


def test_two_steps_at_once_are_both_carried(town):
    for step in (town.check, town.evidence):
        step.order += 2
        step.save(update_fields=["order"])
    for order, code in ((2, "water"), (3, "road")):
        make_milestone(town.target, code, order=order, name=code, due_on=None)
    follow([town.target], by=town.admin)

    done = [
        step.milestone.code
        for step in state_of(Patch.objects.get(code="销号了")).steps
        if step.done
    ]
    assert done == ["replant", "water", "road", "evidence", "check"]
    assert Patch.objects.get(code="举证前暂缓").next_milestone.code == "water"
    assert list(all_differences()) == []


def test_work_goes_on_after_the_insertion(town):
    step, _ = town.insert_irrigation()
    records = RectificationRecord.objects

    town.deed("report", "只复耕", 28, by=town.east_secretary, step="evidence")
    town.deed("report", "举证报了一半", 28, by=town.east_secretary)
    town.deed("report", "退回还没报", 28, by=town.east_secretary, step="evidence")
    town.deed("resume", "举证前暂缓", 28)
    town.deed("amend", "退回重报过", 28, area_mu="7", reason="图纸有误")
    town.deed("send_back", "销号了", 28, step="water", reasons=["没有水"])

    assert list(all_differences()) == []
    standing = records.filter(patch__code="只复耕", completes=True, withdrawn_at=None)
    assert [each.milestone.code for each in standing.order_by("pk")] == [
        "replant",
        "water",
        "evidence",
    ]
    assert Patch.objects.get(code="退回重报过").status == Status.AWAITING
    assert Patch.objects.get(code="销号了").next_milestone == step


def test_a_patch_sent_back_before_stays_sent_back_when_an_earlier_step_is_added(town):
    """退回到举证以后，在复耕前面插一步：补记虽是后写的，不算重新上报过。"""
    for step in (town.check, town.evidence, town.replant):
        step.order += 1
        step.save(update_fields=["order"])
    make_milestone(town.target, "survey", name="摸底", order=1, due_on=date(2024, 8, 31))
    follow([town.target], by=town.admin)

    assert Patch.objects.get(code="退回还没报").status == Status.RETURNED
    on = date(2024, 11, 1)
    ledger = LedgerAt(on, "done", Milestone.objects.filter(target=town.target).order_by("order"))
    found = ledger.pick(Patch.objects.all(), ledger.in_state("returned"))
    assert [patch.code for patch in found] == ["退回还没报"]
    assert [count for _, count in waiting(town.plan, on)] == [1]
    town.deed("amend", "退回还没报", 28, area_mu="7", reason="图纸有误")
    assert Patch.objects.get(code="退回还没报").status == Status.RETURNED
    assert list(all_differences()) == []


def waiting(plan, on):
    return waiting_sums(plan_progress(plan, on).scope)


def test_a_step_at_the_end_reopens_what_was_closed(town):
    make_milestone(town.target, "paper", name="归档", order=4, due_on=date(2024, 12, 20))
    (effect,) = follow([town.target], by=town.admin)

    assert (effect.carried, effect.statuses) == ({}, 5)
    assert str(effect) == "“自然撂荒地整治”5 个图斑的状态随着变，2 个图斑的下一步随着变。"
    assert list(all_differences()) == []


def test_the_back_office_carries_settles_and_says_so(town, client):
    client.force_login(town.admin)
    url = reverse("admin:tasks_target_change", args=[town.target.pk])
    post = post_of(client.get(url))
    post |= {"milestones-1-order": 3, "milestones-2-order": 4, "milestones-TOTAL_FORMS": 4}
    new = {"order": 2, "code": "water", "name": "灌溉设施", "due_on": "2024-10-15"}
    new |= {"actor": "VILLAGE", "min_photos": 0}
    post |= {f"milestones-3-{name}": value for name, value in new.items()}

    page = client.post(url, post, follow=True)

    assert list(town.target.milestones.order_by("order").values_list("code", flat=True)) == [
        "replant",
        "water",
        "evidence",
        "check",
    ]
    assert "新步骤“灌溉设施”：9 个图斑做过后面的步骤，各补记一条" in page.content.decode()
    assert list(all_differences()) == []
    assert RectificationRecord.objects.filter(by=town.admin, milestone__code="water").exists()


@pytest.fixture
def demo_town():
    again(demo_2024)
    return Target.objects.get(code="abandoned")


def with_irrigation(plan):
    """方案表里给自然撂荒插一步：后面两步的顺序各加一。"""
    content = workbook.export_xlsx(plan)
    rows = {}
    for number, row in enumerate(workbook.read(content, "方案.xlsx").of("milestone"), start=3):
        rows[row.cells["target"], row.cells["code"]] = number
    return edit(
        content,
        ("时间节点", f"C{rows['abandoned', 'evidence']}", 3),
        ("时间节点", f"C{rows['abandoned', 'check']}", 4),
        ("时间节点", "+", ["abandoned", None, 2, "water", "灌溉设施", None, "2024-10-15", "村"]),
    )


def test_a_step_inserted_by_file_into_the_demo_year(demo_town, tmp_path, capsys, client):
    plan = demo_town.plan
    path = tmp_path / "方案.xlsx"
    path.write_bytes(with_irrigation(plan))
    boss = make_user("banzhang", role=Role.ADMIN)
    later = RectificationRecord.objects.filter(
        milestone__target=demo_town, milestone__order__gt=1, withdrawn_at=None
    )
    touched = later.filter(kind__in=[Kind.REPORT, Kind.PASS]).values("patch").distinct().count()
    said = f"新步骤“灌溉设施”：{touched} 个图斑做过后面的步骤，各补记一条"

    call_command("import_plan", str(path), "--dry-run")
    with pytest.raises(CommandError, match="请写明是谁改的方案"):
        call_command("import_plan", str(path))
    assert not Milestone.objects.filter(code="water").exists()
    assert said in capsys.readouterr().out
    call_command("import_plan", str(path), "--by", boss.username)

    assert said in capsys.readouterr().out
    call_command("check_ledger", stdout=io.StringIO())
    for on in (date(2024, 9, 20), date(2024, 10, 20), date(2024, 11, 20), date(2025, 1, 10)):
        for basis in BASES:
            numbers = overdue_everywhere(plan, demo_town, on, basis)
            assert len(set(numbers)) == 1, (on, basis, numbers)
            row = next(t for t in plan_progress(plan, on, basis).targets if t.target == demo_town)
            counts = [step.reached_count for step in row.milestones]
            assert counts == sorted(counts, reverse=True)
            assert max(counts) <= row.patch_count


def test_the_preview_page_says_the_numbers_beforehand(demo_town, client):
    boss = make_user("banzhang", role=Role.ADMIN)
    client.force_login(boss)
    upload = io.BytesIO(with_irrigation(demo_town.plan))
    upload.name = "方案.xlsx"

    page = client.post(reverse("tasks:plan_import"), {"file": upload}, follow=True)

    text = page.content.decode()
    assert "步骤变了，会动到这些图斑" in text
    assert "新步骤“灌溉设施”" in text
    assert not Milestone.objects.filter(code="water").exists()
    client.post(page.redirect_chain[-1][0])
    assert RectificationRecord.objects.filter(milestone__code="water", by=boss).exists()
    assert list(all_differences()) == []
    assert Plan.objects.count() == 1


def test_a_report_form_opened_before_the_insertion_does_not_report_the_new_step_unseen(
    town, client
):
    client.force_login(town.east_secretary)
    patch = Patch.objects.get(code="只复耕")
    url = reverse("plots:report", args=[patch.pk])
    form = client.get(url).context["form"]
    names = ("client_key", "seen", "done_on", "amount", "first")
    post = {name: form.initial[name] for name in names} | {"step": town.evidence.pk}
    town.insert_irrigation()

    page = client.post(url, post)

    assert "您打开以后方案变了，现在该报“灌溉设施”。" in page.content.decode()
    assert not patch.records.filter(milestone__code="water").exists()
    again = post | {"first": page.context["form"]["first"].value()}
    assert client.post(url, again).status_code == 302
    done = [
        step.milestone.code for step in state_of(Patch.objects.get(pk=patch.pk)).steps if step.done
    ]
    assert done == ["replant", "water", "evidence"]
