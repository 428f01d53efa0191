"""结转：一月里把老方案没了结的转到新方案，哪一天看、哪种口径看，各处的数都对得上。"""

import io
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from plots.actions import documents
from plots.actions.carry_preview import foresee
from plots.actions.carrying import carry_over
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import ActionContext
from plots.evidence import attach, check, saving
from plots.ledger.papers import checklists, papers_of
from plots.ledger.queues import awaiting
from plots.ledger.replay import all_differences, records_of, state_of
from plots.ledger.timeline import timeline
from plots.ledger.village_tasks import Tasks
from plots.models import Batch, BatchBefore, Kind, Patch, RectificationRecord, Status
from taiping.progress.output import as_json
from taiping.progress.progress import plan_progress
from taiping.reports.bulletin import write_bulletin
from tasks.models import RemedyItem
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_batch, make_milestone, make_shape
from tests.worlds.geo_files import square
from tests.worlds.january import CARRIED_ON, ENTERED_AT, OPEN, January
from tests.worlds.kept import again
from tests.worlds.photos import upload
from villages.models import Village

pytestmark = pytest.mark.django_db
BASES = ("done", "recorded")
DAYS = [date(2024, 9, 6), date(2024, 9, 20), date(2024, 12, 31)]
DAYS += [date(2025, 1, day) for day in (9, 10, 15, 19, 20, 31)]


@pytest.fixture
def town(media):
    return again(January)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def told(plan, on, basis):
    """JSON 里那项任务的一段。"""
    figures = as_json(plan_progress(plan, on, basis))
    (row,) = [target for target in figures["targets"] if target["code"] == "abandoned"]
    return row


def is_carried(on, basis):
    return on >= (CARRIED_ON if basis == "done" else date(2025, 1, 20))


def test_the_preview_says_what_goes_where_and_what_stays(town):
    stray = town.add_patch(town.only_old, town.east, "没处去")
    make_milestone(town.only_old, "look", name="看一看")
    Patch.objects.filter(pk=stray.pk).update(next_milestone=town.only_old.milestones.get())

    preview = foresee(town.plan, town.new)

    places = {(step.code, there.code): count for _, step, _, there, _, count in preview.groups}
    assert places == {
        ("replant", "replant"): 3,
        ("evidence", "evidence"): 2,
        ("check", "check"): 1,
    }
    ((reason, left),) = preview.staying.items()
    assert ([patch.code for patch in left], "only_old" in reason) == (["没处去"], True)
    assert RectificationRecord.objects.filter(kind=Kind.CARRY).count() == 0


def test_every_day_on_both_bases_is_right_in_both_plans(town):
    before = {(on, basis): told(town.plan, on, basis) for on in DAYS for basis in BASES}

    town.carry()

    for (on, basis), was in before.items():
        old, new = told(town.plan, on, basis), told(town.new, on, basis)
        if not is_carried(on, basis):
            assert old == was, (on, basis)
            assert (new["patch_count"], new["reported_count"]) == (0, 0), (on, basis)
            assert [step["reached_count"] for step in new["milestones"]] == [0, 0, 0]
            continue
        assert (old["patch_count"], old["carried_count"], old["carried"]) == (2, 6, "60.00")
        assert (old["confirmed_count"], old["exempt_count"]) == (2, 1), (on, basis)
        assert old["deferred_count"] == sum(row["overdue_count"] for row in old["villages"]) == 0
        assert [row["carried_count"] for row in old["villages"]] == [5, 1]
        assert (new["patch_count"], new["brought_count"], new["brought"]) == (6, 6, "60.00")
        assert [step["reached_count"] for step in new["milestones"]] == [3, 1, 0], (on, basis)
        assert new["milestones"][0]["reached"] == "34.00"
        assert new["deferred_count"] == 1


def test_page_ledger_and_json_say_the_same(town, client):
    town.carry()
    client.force_login(town.mayor)
    for plan in (town.plan, town.new):
        for on in DAYS:
            for basis in BASES:
                asked = f"plan={plan.code}&on={on}&basis={basis}"
                said = told(plan, on, basis)
                rows = client.get(f"/?{asked}").context["rows"]
                (page,) = [row.figures for row in rows if row.target.code == "abandoned"]
                for state, name in (
                    ("all", "patch_count"),
                    ("carried", "carried_count"),
                    ("brought", "brought_count"),
                    ("confirmed", "confirmed_count"),
                    ("deferred", "deferred_count"),
                ):
                    listed = client.get(f"/patches/?{asked}&target=abandoned&state={state}")
                    numbers = {said[name], getattr(page, name), listed.context["count"]}
                    assert len(numbers) == 1, (plan, on, basis, state, numbers)
                late = client.get(f"/patches/?{asked}&state=overdue").context["count"]
                assert late == page.overdue_count, (plan, on, basis)


def test_the_new_ones_stand_where_the_old_ones_stood(town):
    before = {code: town.old(code) for code in OPEN}

    town.carry()

    for code, was in before.items():
        old, new = town.old(code), town.there(code)
        assert (old.status, old.next_milestone, old.until_on) == ("CARRIED", None, CARRIED_ON)
        assert (new.status, new.next_milestone.code) == (was.status, was.next_milestone.code)
        assert (new.carried_from, new.since_on, new.village) == (old, CARRIED_ON, old.village)
        assert (new.area_mu, new.place, new.extra) == (old.area_mu, old.place, old.extra)
        assert new.target == town.new_target
    assert state_of(town.there("报了一半")).next_step.remaining_mu == 6
    assert {town.old(code).status for code in ("销号了", "没问题")} == {"CLOSED", "EXEMPT"}
    assert list(all_differences()) == []
    call_command("check_ledger", stdout=io.StringIO())


def test_both_timelines_name_each_other(town, client):
    town.carry()
    old, new = town.old("待核实"), town.there("待核实")
    client.force_login(town.east_secretary)

    first = client.get(f"/patches/{old.pk}/").content.decode()
    second = client.get(f"/patches/{new.pk}/").content.decode()

    assert f'href="/patches/{new.pk}/"' in first
    assert "结转到2025年度，停在“镇级核实”" in first
    assert f'href="/patches/{old.pk}/"' in second
    assert "2024年9月7日在2024年度里办的" not in second
    assert "2024年9月5日在2024年度里办的" in second
    events, _ = timeline(new, records_of(new))
    assert [event.record.by for event in events] == [town.east_secretary] * 2


def test_work_goes_on_and_counts_nobodys_report_twice(town):
    filed = plan_progress(town.plan, date(2025, 1, 31)).filed
    town.carry()
    day, at = date(2025, 1, 25), ENTERED_AT + timedelta(days=6)

    assert plan_progress(town.plan, date(2025, 1, 31)).filed == filed
    assert set(plan_progress(town.new, date(2025, 1, 31)).filed.values()) <= {0}
    town.act("confirm", town.there("待核实"), by=town.huang, on=day, at=at)
    town.act("report", town.there("退回了"), by=town.east_secretary, on=day, at=at)
    town.act("resume", town.there("暂缓着"), by=town.huang, on=day, at=at)
    town.act("report", town.there("报了一半"), by=town.east_secretary, on=day, at=at)
    town.act("amend", town.there("没动"), by=town.huang, on=day, at=at, area_mu="7", reason="量错")

    assert town.there("待核实").status == Status.CLOSED
    assert town.there("退回了").status == Status.AWAITING
    assert town.there("报了一半").next_milestone.code == "evidence"
    assert list(all_differences()) == []
    with pytest.raises(NotAllowed, match="已经结转"):
        town.act("report", town.old("没动"), by=town.east_secretary, on=day, at=at)


def test_nobody_sees_a_case_twice(town):
    town.carry()

    today = date(2025, 1, 25)
    villages = Village.objects.visible_to(town.east_secretary)
    codes = [task.row.code for task in Tasks(today, villages).all]
    assert sorted(codes) == sorted(["没动", "报了一半", "退回了"])
    assert [patch.target.plan for patch in awaiting(town.huang)] == [town.new]


def test_carrying_again_carries_nothing(town):
    token = foresee(town.plan, town.new).token
    town.carry()

    with pytest.raises(NotAllowed, match="已经没有可以结转"):
        carry_over(town.plan, town.new, by=town.admin, on=CARRIED_ON, token=token)
    assert Patch.objects.filter(target__plan=town.new).count() == 6


def test_what_changed_since_the_preview_is_shown_first(town):
    token = foresee(town.plan, town.new).token
    town.act("exempt", "没动", by=town.huang, on=date(2025, 1, 9), at=ENTERED_AT, note="水田")

    with pytest.raises(NotAllowed, match="打开预览以后有人办了图斑"):
        carry_over(town.plan, town.new, by=town.admin, on=CARRIED_ON, token=token, at=ENTERED_AT)
    assert not Patch.objects.filter(target__plan=town.new).exists()


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2025, 1, 21), "还没有到"),
        (date(2024, 12, 20), "不在2025年度方案的起止日期"),
        (date(2025, 1, 5), "图斑 没动 到 2025年1月8日 还有办理"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(town, on, words):
    town.act(
        "report", "没动", by=town.east_secretary, on=date(2025, 1, 8), at=ENTERED_AT, area_mu="1"
    )

    with pytest.raises(NotAllowed, match=words):
        town.carry(on=on)
    assert not Patch.objects.filter(target__plan=town.new).exists()


def test_a_plan_with_other_steps_says_where_they_stand(town):
    """新方案在举证前多了一步灌溉，没有了举证那一步。"""
    steps = town.new_target.milestones
    steps.filter(code="evidence").delete()
    steps.filter(code="check").update(order=5)
    make_milestone(town.new_target, "water", order=2, name="灌溉", due_on=date(2025, 10, 1))

    preview = town.carry()

    landed = {move.patch.code: (move.step.code, move.filled) for move in preview.moves}
    assert landed["没动"] == landed["西村的"] == ("replant", ())
    assert landed["退回了"] == landed["暂缓着"] == ("water", ())
    assert landed["待核实"] == ("check", ("灌溉",))
    assert town.there("待核实").status == Status.AWAITING
    assert town.there("退回了").status == Status.RETURNED
    follower = town.there("待核实").records.get(milestone__code="water")
    assert (follower.by, follower.is_added_with_plan) == (town.admin, True)
    assert list(all_differences()) == []


def test_one_already_handed_down_again_is_joined_not_doubled(town):
    first = town.add_patch(town.new_target, town.east, "没动", "9.5")
    worked = town.add_patch(town.new_target, town.east, "待核实")
    at = ENTERED_AT - timedelta(days=5)
    town.act("report", worked, by=town.east_secretary, on=date(2025, 1, 6), at=at)
    away = town.add_patch(town.new_target, town.west, "西村的")
    town.act("remove", away, by=town.huang, on=date(2025, 1, 6), at=at, note="重了")

    preview = town.carry()

    assert len(preview.merged) == 2
    assert Patch.objects.filter(target=town.new_target, code="没动").count() == 1
    first.refresh_from_db()
    worked.refresh_from_db()
    assert (first.carried_from, first.area_mu) == (town.old("没动"), 9.5)
    assert (worked.carried_from, worked.next_milestone.code) == (town.old("待核实"), "evidence")
    assert town.old("西村的").status == Status.PENDING
    assert list(all_differences()) == []


def test_shape_and_photos_come_along(town, client):
    make_shape(town.old("没动"), square())

    town.carry()

    new = town.there("没动")
    assert bytes(new.shape.wkb) == bytes(town.old("没动").shape.wkb)
    client.force_login(town.mayor)
    window = "bbox=105,29,108,31&zoom=15"
    data = client.get(f"/patches/map/data.geojson?plan=2025&{window}").getvalue().decode()
    assert f'"id": {new.pk}' in data
    old = client.get(f"/patches/map/data.geojson?plan=2024&{window}").getvalue().decode()
    assert '"count": 0' in old


def test_papers_of_the_remedy_come_along(town):
    """整改材料抄到新图斑上，撤回了的不抄，老图斑上的照旧；文件是同一份。"""
    Patch.objects.filter(code="没动").update(remedy="facility")
    old = town.old("没动")
    asked = {item.name: item for item in RemedyItem.objects.filter(route__code="facility")}
    at = ENTERED_AT - timedelta(days=12)
    given = {"by": town.east_secretary, "on": date(2024, 9, 10), "at": at}
    paper = check(upload())
    with saving():
        documents.hand_in(old, asked["审核表"], files=[paper], **given)
    wrong = documents.hand_in(old, asked["备案编号"], number="1", **given)
    documents.take_back(wrong, by=town.huang, reason="抄错了")

    town.carry()

    new = town.there("没动")
    [copy] = new.documents.all()
    assert (copy.item.name, copy.on, copy.by) == ("审核表", date(2024, 9, 10), town.east_secretary)
    assert copy.created_at == ENTERED_AT
    assert list(copy.files.all()) == list(old.documents.get(number="").files.all())
    assert papers_of([new], checklists(), date(2025, 1, 20))[new.pk].words == "1/5"
    assert old.documents.count() == 2


def test_photos_handed_in_before_still_count_and_are_seen(client, media):
    """举证报了一半、交了一张照片，结转以后这一步不再缺照片，照片在新图斑的页面上看得到。"""
    town = again(January, min_photos=1)
    at = ENTERED_AT - timedelta(days=12)
    town.act("resume", "暂缓着", by=town.huang, on=date(2025, 1, 7), at=at)
    record = town.act(
        "report", "暂缓着", by=town.east_secretary, on=date(2025, 1, 8), at=at, area_mu="3"
    )
    attach(record, [upload()], by=town.east_secretary)

    town.carry()

    new = town.there("暂缓着")
    context = ActionContext(new, town.east_secretary)
    assert context.missing_materials(new.next_milestone) == []
    assert context.state.next_step.remaining_mu == 7
    client.force_login(town.east_secretary)
    page = client.get(f"/patches/{new.pk}/")
    assert [item.record for item in page.context["evidence"]] == [record]
    assert "结转以前的材料也列在这里" in page.content.decode()


def test_carried_on_again_the_next_year_keeps_the_first_days(town):
    """2024 → 2025 → 2026：记录里写的还是最早在哪份方案、哪天办的。"""
    town.carry()
    third = copy_to_next_year(town.new)
    on, at = date(2026, 1, 5), ENTERED_AT + timedelta(days=360)
    token = foresee(town.new, third).token

    carry_over(town.new, third, by=town.admin, on=on, token=token, at=at)

    last = Patch.objects.get(target__plan=third, code="待核实")
    assert (last.carried_from, last.status) == (town.there("待核实"), Status.AWAITING)
    carried = last.records.order_by("pk").first().details["carried"]
    assert (carried["plan"], carried["done_on"]) == ("2024年度", "2024-09-05")
    assert told(town.new, on, "done")["carried_count"] == 6
    assert told(town.plan, on, "done")["carried_count"] == 6
    assert list(all_differences()) == []


@pytest.mark.django_db(transaction=True)
def test_a_backup_keeps_what_was_carried_removed_and_taken_back(town, tmp_path):
    town.carry()
    day = date(2025, 1, 12)
    town.act("remove", town.there("没动"), by=town.huang, on=day, at=ENTERED_AT, note="重了")
    batch = make_batch(town.target, applied_at=ENTERED_AT)
    BatchBefore.keep(batch, [[town.old("没动").pk, {"place": ["甲", "乙"]}, None]])
    models = (Patch, RectificationRecord, Batch, BatchBefore)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    call_command("backup", str(tmp_path / "bei.zip"), stdout=io.StringIO())
    Patch.objects.update(place="")

    call_command("restore", str(tmp_path / "bei.zip"), replace=True, stdout=io.StringIO())

    after = [list(model.objects.order_by("pk").values()) for model in models]
    assert after == before
    assert BatchBefore.objects.get().changes[0][1] == {"place": ["甲", "乙"]}


def test_weekly_workbook_and_bulletin_say_it_too(town, client):
    town.new_target.quota_count = 26
    town.new_target.save()
    town.carry()
    on = date(2025, 1, 25)
    client.force_login(town.mayor)

    book = load_workbook(io.BytesIO(client.get(f"/weekly.xlsx?plan=2024&on={on}").content))
    rows = [[cell for cell in row if cell is not None] for row in book["总表"].values]
    head = next(row for row in book["总表"].values if "已结转\n（个）" in row)
    line = next(row for row in book["总表"].values if row[0] == "自然撂荒地整治")
    later = str(write_bulletin(town.new, on))

    assert line[head.index("已结转\n（个）")] == 6
    assert "另有6个、60亩已结转到别的方案" in str(rows).replace("\\n", "")  # 备注折了行
    assert "已结转" in str(list(book["分村"].values))
    assert "另有6个、60亩已结转到别的方案" in str(write_bulletin(town.plan, on))
    assert "图斑里有结转来的6个，任务数不连它们26个、连它们32个。" in later
    page = client.get(f"/?plan=2025&on={on}").content.decode()
    assert "任务数不连它们26个、连它们32个" in page
    before = client.get(f"/weekly.xlsx?plan=2024&on={date(2024, 12, 31)}")
    assert "已结转" not in str(list(load_workbook(io.BytesIO(before.content))["总表"].values))
