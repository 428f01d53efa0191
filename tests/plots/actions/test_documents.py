"""整改材料：交一样算一样，后交的顶替先交的，撤回的任何一天都不算；两个人同时交，后到的先看一眼。"""

import threading
import uuid
from datetime import date, datetime

import pytest
from django.db import connection
from django.utils import timezone

from plots.actions import NotAllowed, documents
from plots.evidence import check, saving
from plots.ledger.papers import checklists, papers_of
from plots.models import Patch, RemedyDocument
from plots.models.documents import lacks_papers
from plots.models.route_changes import route_then
from tasks.models import RemedyItem, RemedyRoute, Target
from tests.worlds.factories import make_patch
from tests.worlds.photos import pdf, upload
from tests.worlds.town import NOON

MEETING, ASKED, AGREED = "会议日期", "应到人数", "同意人数"
WHOLE = [MEETING, ASKED, AGREED, "公示开始", "公示截止"]


@pytest.fixture
def council(town):
    """东村的图斑，走一事一议：要开会的日期、应到和同意的人数、公示起止。"""
    Target.objects.filter(pk=town.patch.target_id).update(kind=Target.Kind.CASES)
    Patch.objects.filter(pk=town.patch.pk).update(remedy="council")
    town.patch.refresh_from_db()
    return town


def noon(day):
    return timezone.make_aware(datetime(2024, 9, day, 12))


def hand_in(town, name, *, by=None, on=date(2024, 9, 10), at=NOON, **given):
    item = RemedyItem.objects.get(route__code=town.patch.remedy_id, name=name)
    if item.needs_number:
        given.setdefault("number", "30")
    return documents.hand_in(town.patch, item, by=by or town.east_secretary, on=on, at=at, **given)


def words(town, on=date(2024, 12, 20), basis="done"):
    """页面上数的和数据库里筛的要一样。"""
    papers = papers_of([town.patch], checklists(), on, basis)[town.patch.pk]
    assert lacks(on, basis) is not papers.is_whole
    return papers.words


def lacks(on, basis="done"):
    routed = Patch.objects.alias(route_then=route_then(on))
    return routed.filter(lacks_papers(on, basis)).exists()


@pytest.mark.django_db
def test_a_village_hands_in_one_thing_after_another(council):
    assert words(council) == "0/5"

    for number, name in enumerate(WHOLE, 1):
        hand_in(council, name)
        assert words(council) == f"{number}/5"


@pytest.mark.django_db
def test_an_item_is_held_only_when_all_it_needs_is_there(council, media):
    """备案：公告开始要日期，还要照片；先记日期，照片后补，日期不用再填一遍文件也留着。"""
    Patch.objects.filter(pk=council.patch.pk).update(remedy="facility")
    council.patch.refresh_from_db()
    hand_in(council, "公告开始")
    assert words(council) == "0/5"
    paper = check(upload(pdf(), "公告.pdf"))

    with saving():
        hand_in(council, "公告开始", files=[paper])
    assert words(council) == "1/5"
    last = hand_in(council, "公告开始", on=date(2024, 9, 11))

    assert words(council) == "1/5"
    assert [file.name for file in last.files.all()] == ["公告.pdf"]
    assert last.files.get().patch == council.patch


@pytest.mark.django_db
def test_both_questions_of_any_day(council):
    """9月5日开的会，9月10日才录；9月20日录错的撤回。"""
    hand_in(council, MEETING, on=date(2024, 9, 5), at=noon(10))
    wrong = hand_in(council, ASKED, on=date(2024, 9, 5), at=noon(10))
    documents.take_back(wrong, by=council.huang, reason="人数抄错了")
    RemedyDocument.objects.filter(pk=wrong.pk).update(withdrawn_at=noon(20))

    for day, done, recorded in (
        (4, "0/5", "0/5"),
        (5, "1/5", "0/5"),
        (10, "1/5", "2/5"),
        (19, "1/5", "2/5"),
        (20, "1/5", "1/5"),
    ):
        on = date(2024, 9, day)
        assert (words(council, on), words(council, on, "recorded")) == (done, recorded)


@pytest.mark.django_db
def test_a_newer_one_stands_in_place_of_the_former(council):
    hand_in(council, AGREED, number="21")
    hand_in(council, AGREED, number="23")

    [row] = papers_of([council.patch], checklists(), NOON.date())[council.patch.pk].rows[2:3]
    assert row.document.number == "23"
    assert RemedyDocument.objects.count() == 2
    documents.take_back(row.document, by=council.huang, reason="抄错了")
    [row] = papers_of([council.patch], checklists(), NOON.date())[council.patch.pk].rows[2:3]
    assert row.document.number == "21"


@pytest.mark.django_db
def test_an_empty_number_leaves_it_lacking(council):
    hand_in(council, MEETING)
    with pytest.raises(NotAllowed, match="“应到人数”一样也没有填"):
        hand_in(council, ASKED, number="")
    hand_in(council, ASKED, number="", words="名册还在核")

    assert words(council) == "1/5"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("mayor", "领导账号只能查看和督办"),
        ("west_secretary", "不在您负责的村"),
    ],
)
def test_others_may_not_hand_in(council, who, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        hand_in(council, MEETING, by=getattr(council, who))
    assert not RemedyDocument.objects.exists()


@pytest.mark.django_db
def test_what_cannot_be_handed_in_says_why(council):
    with pytest.raises(NotAllowed, match="还没有到，到了那天再填"):
        hand_in(council, MEETING, on=date(2024, 12, 21))
    item = RemedyItem.objects.get(route__code="facility", name="备案编号")
    with pytest.raises(NotAllowed, match="现在不要“备案编号”"):
        documents.hand_in(council.patch, item, by=council.huang, on=date(2024, 9, 1), number="1")
    RemedyItem.objects.filter(name=MEETING).update(in_use=False)
    with pytest.raises(NotAllowed, match="现在不要“会议日期”"):
        hand_in(council, MEETING)
    council.do("remove", note="导错了")
    with pytest.raises(NotAllowed, match="已经移出台账"):
        hand_in(council, ASKED)


@pytest.mark.django_db
def test_a_retired_item_is_asked_no_more(council):
    hand_in(council, MEETING)
    RemedyItem.objects.filter(name__startswith="公示").update(in_use=False)

    assert words(council) == "1/3"


@pytest.mark.django_db
def test_another_route_asks_for_other_things_and_keeps_what_came(council, settings):
    settings.FIXED_TODAY = date(2024, 12, 20)
    hand_in(council, MEETING)
    facility, back = (RemedyRoute.objects.get(code=code) for code in ("facility", "council"))

    council.patch = documents.choose_route(
        council.patch, facility, by=council.huang, seen="council"
    )
    assert words(council) == "0/5"
    council.patch = documents.choose_route(council.patch, back, by=council.huang, seen="facility")
    assert words(council) == "1/5"


@pytest.mark.django_db
def test_the_route_is_the_towns_to_choose(council):
    reclaim, title = (RemedyRoute.objects.get(code=code) for code in ("reclaim", "title"))
    for who in (council.east_secretary, council.mayor, council.west_secretary):
        with pytest.raises(NotAllowed):
            documents.choose_route(council.patch, reclaim, by=who, seen="council")

    documents.choose_route(council.patch, reclaim, by=council.huang, seen="council")
    with pytest.raises(NotAllowed, match="别人已经把整改路径改成了“拆除复耕”"):
        documents.choose_route(council.patch, title, by=council.liu, seen="council")
    assert Patch.objects.get().remedy == reclaim


@pytest.mark.django_db
def test_a_secretary_takes_back_the_same_day_only(council, monkeypatch):
    own = hand_in(council, MEETING)
    others = hand_in(council, ASKED, by=council.huang)
    today = NOON.date()
    monkeypatch.setattr("plots.actions.documents.dates.today", lambda: today)

    with pytest.raises(NotAllowed, match="由镇工作人员撤回"):
        documents.take_back(others, by=council.east_secretary, reason="不对")
    documents.take_back(own, by=council.east_secretary, reason="日子不对")
    with pytest.raises(NotAllowed, match="已经撤回了"):
        documents.take_back(own, by=council.huang, reason="再撤")
    late = hand_in(council, MEETING)
    today = date(2024, 12, 21)
    with pytest.raises(NotAllowed, match="当天可以自己撤回"):
        documents.take_back(late, by=council.east_secretary, reason="不对")


@pytest.mark.django_db
def test_the_same_form_twice_counts_once(council):
    key = uuid.uuid4()

    first = hand_in(council, MEETING, client_key=key, seen=0)
    again = hand_in(council, MEETING, client_key=key, seen=0)

    assert again == first
    assert RemedyDocument.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_one_stands_and_the_other_is_told(council):
    barrier, answers = threading.Barrier(2), {}

    def run(who, number):
        try:
            barrier.wait(timeout=20)
            answers[number] = hand_in(council, AGREED, by=who, number=number, seen=0)
        except documents.Overtaken as told:
            answers[number] = told
        finally:
            connection.close()

    people = {"21": council.huang, "22": council.liu}
    threads = [threading.Thread(target=run, args=(who, n)) for n, who in people.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    [stands] = RemedyDocument.objects.all()
    told = answers["22" if stands.number == "21" else "21"]
    assert f"您打开以后，{stands.by}在" in str(told)
    assert told.latest == str(stands.pk)


@pytest.mark.django_db
def test_what_is_found_without_a_problem_lacks_nothing(council):
    """9月10日认定核查无问题，9月20日撤回了：那几天不缺，以前、以后还缺。"""
    council.do("exempt", on=date(2024, 9, 10), at=noon(10))

    def lacking(day, basis="done"):
        return lacks(date(2024, 9, day), basis)

    assert (lacking(9), lacking(10)) == (True, False)
    assert (lacking(9, "recorded"), lacking(10, "recorded")) == (True, False)

    council.do("send_back", on=date(2024, 9, 20), at=noon(20), step=council.replant)

    assert (lacking(10), lacking(20)) == (False, True)
    assert (lacking(19, "recorded"), lacking(20, "recorded")) == (False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"number": "31"}, {"words": "重数过"}])
def test_a_form_used_again_with_other_words_is_told(council, changed):
    """交了以后按后退，改了再交：不能说记下了，其实没有。"""
    key = uuid.uuid4()
    hand_in(council, ASKED, client_key=key, seen=0)

    with pytest.raises(documents.Overtaken, match="这张表单刚才已经交过一份，没有再记"):
        hand_in(council, ASKED, client_key=key, seen=0, **changed)
    assert RemedyDocument.objects.get().number == "30"


@pytest.mark.django_db(transaction=True)
def test_one_form_on_two_patches_at_once_is_one_and_a_sentence(council):
    other = make_patch(council.target, council.east, code="T2", remedy_id="council")
    item, key = RemedyItem.objects.get(route__code="council", name=MEETING), uuid.uuid4()
    barrier, answers = threading.Barrier(2), []

    def run(patch):
        try:
            barrier.wait(timeout=20)
            given = {"by": council.huang, "on": date(2024, 9, 10), "at": NOON, "client_key": key}
            answers.append(documents.hand_in(patch, item, **given))
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(patch,)) for patch in (council.patch, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert RemedyDocument.objects.count() == 1
    assert sorted(type(answer).__name__ for answer in answers) == ["NotAllowed", "RemedyDocument"]
