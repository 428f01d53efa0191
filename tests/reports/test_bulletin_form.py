"""通报下载以前填的：红头、文号、成文日期、版记、上期；填错的说一句话，填好的留着；命令一样。"""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document

from taiping.ground import dates
from taiping.reports.bulletin import write_bulletin
from taiping.reports.bulletin.form import BulletinForm
from taiping.reports.bulletin.letter import Letter
from tests.reports.test_bulletin_paper import imprint_of
from tests.worlds.factories import make_plan, make_user
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, ReportsTown, on
from villages.models import Role

pytestmark = pytest.mark.django_db
PAGE, WORD = "/bulletin/", "/bulletin/download.docx"
ASKED = {"on": "2024-10-20"}
GIVEN = {
    **ASKED,
    "number": "太府发[2024]12号",
    "signed_on": "2024-10-22",
    "issuer": "太平镇人民政府",
    "head": "blank",
    "mark": "太平镇人民政府",
    "copies": "区农业农村委",
    "printer": "太平镇党政办公室",
    "printed_on": "2024-10-23",
    "since": "2024-09-25",
}


@pytest.fixture
def town(client):
    town = again(ReportsTown)
    client.force_login(make_user(role=Role.STAFF))
    return town


def page_of(client, **given):
    answer = client.get(PAGE, {**ASKED, **given})
    assert answer.status_code == 200
    return answer.content.decode()


def word_of(client, **given):
    return Document(io.BytesIO(client.get(WORD, {**ASKED, **given}).content))


def texts_of(document):
    return [paragraph.text for paragraph in document.paragraphs]


def compared_in(texts):
    return next((text for text in texts if text.startswith("与上期")), "")


def test_what_was_entered_stands_in_the_word_file_and_stays_in_the_form(town, client):
    page, document = page_of(client, **GIVEN), word_of(client, **GIVEN)

    texts = texts_of(document)
    assert "太府发〔2024〕12号" in texts  # 六角括号是系统换的
    assert "2024年10月22日" in texts
    assert "太平镇人民政府文件" not in texts
    assert [row.replace("\t", "") for row in imprint_of(document)] == [
        "抄送：区农业农村委。",
        "太平镇党政办公室2024年10月23日印发",
    ]
    assert "（截至9月25日）" in compared_in(texts)
    for name in ("signed_on", "issuer", "mark", "copies", "printer", "printed_on", "since"):
        assert f'name="{name}" value="{GIVEN[name]}"' in page
    assert '<option value="blank" selected>' in page


def test_the_day_it_is_signed_is_today_not_the_day_of_the_figures(town, client):
    signed = write_bulletin(town.plan, DAY).letter.signed_on

    assert signed == dates.today() != DAY
    assert f'name="signed_on" value="{signed.isoformat()}"' in page_of(client)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"signed_on": "2024-13-40"}, "“2024-13-40”这一天不存在，请写成 2024-10-20 这样。"),
        ({"printed_on": "明天"}, "“明天”不是日期，请写成 2024-10-20 这样。"),
        ({"number": "太府发12号"}, "“太府发12号”里没有用六角括号括起来的年份"),
        ({"head": "绿"}, "红头没有“绿”这一项，请选画出来或留空。"),
        ({"copies": "委" * 201}, "抄送最多 200 个字，请改短。"),
        ({"mark": "字" * 41}, "发文机关标志最多 40 个字，请改短。"),
        ({"since": "2024-10-20"}, "比较的日期要早于看的日期，下面和上周比。"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_typed_is_lost(town, client, given, sentence):
    asked = {**ASKED, "printer": "太平镇党政办公室", **given}

    page = page_of(client, **asked)
    back = client.get(WORD, asked, follow=True)

    assert sentence in page
    assert back.redirect_chain[0][0].startswith(PAGE)
    assert sentence in back.content.decode()
    assert 'name="printer" value="太平镇党政办公室"' in back.content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"signed_on": "2024-01-05"},
            "成文日期 2024年1月5日早于数据截至的 2024年10月20日，请核对。",
        ),
        (
            {"signed_on": "2024-10-25", "printed_on": "2024-10-23"},
            "印发日期 2024年10月23日早于成文日期 2024年10月25日，请核对。",
        ),
    ],
)
def test_dates_in_the_wrong_order_are_told_and_the_word_file_still_comes(
    town, client, given, sentence
):
    assert sentence in page_of(client, **given)
    assert "请核对。</p>" not in page_of(client, signed_on="2024-10-22", printed_on="2024-10-23")
    assert texts_of(word_of(client, **given))


def test_a_pasted_line_break_does_not_start_a_line_in_the_imprint(town):
    form = BulletinForm({"copies": "区规资局，\r\n<b>区农委</b>\t&区府办"})

    assert form.is_valid()
    assert Letter.of(town.plan, form.cleaned_data).copies == "区规资局， <b>区农委</b> &区府办。"


def test_the_page_has_the_papers_parts_in_the_papers_order(town, client):
    page = page_of(client, copies="区农业农村委", number="太府发〔2024〕12号").split("<article")[1]

    parts = [
        *("太平镇人民政府文件", "太府发〔2024〕12号", "关于全镇耕地保护", "各村：", "一、总体情况"),
        *("与上期（截至10月13日）相比", "五、下步工作", "附件：1.逾期图斑清单", "paper-sign"),
        *("附件1<", "附件2<", "附件3<", "抄送：", "印发<"),
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_a_week_before_unless_another_day_is_asked(town, client):
    week = compared_in(texts_of(word_of(client)))
    other = compared_in(texts_of(word_of(client, since="2024-09-25")))
    first = compared_in(texts_of(word_of(client, since="none")))

    # 10月13日以后只有 A2 报了举证
    assert week == (
        "与上期（截至10月13日）相比，图斑新增上报1个。自然撂荒地整治新增上报1个、10亩；"
        "存量重点图斑没有变化。新增上报的主要是东村（1个）。"
    )
    # A1、A2、A9 报了举证，A7（15亩）被退回；A1、A9 核实；复耕复种9月30日截止，A3、A4、A7 逾期
    assert other.startswith(
        "与上期（截至9月25日）相比，图斑新增上报2个、新增核实2个，村该办的逾期增加3个。"
        "自然撂荒地整治新增上报2个、15亩，新增核实2个、20亩，逾期增加3个；"
    )
    assert first == ""


@pytest.mark.parametrize("since", ["", "month", "2024-09-25", "2024-09-01"])
def test_the_figures_are_the_dashboards(town, client, since):
    moved = client.get("/", {**ASKED, "since": since}).context["moved"]
    said = compared_in(texts_of(word_of(client, since=since)))

    sums = {line.words: line.total for line in moved.lines}
    whole = said.split("。")[0]
    assert ("新增上报" in whole) == bool(sums["上报"])
    for words, number in (("新增上报", sums["上报"]), ("新增核实", sums["核实"])):
        assert not number or f"{words}{number}个" in whole
    late = sums["该村里办的逾期"]
    assert not late or f"村该办的逾期增加{late}个" in whole
    for target in (town.abandoned, town.key):
        own = moved.targets[target.pk]
        told = said.partition(target.name)[2].split("；")[0]
        assert not own.confirmed_count or f"新增核实{own.confirmed_count}个" in told


def test_before_the_plan_began_there_is_nothing_to_compare(town):
    early = write_bulletin(town.plan, on(1, 3), before=on(1, 1).replace(year=2023))

    assert "与上期" not in str(early.blocks)


def test_less_than_last_time_is_said_so(town, client):
    """A7 10月10日退回，上期还算报了。"""
    said = compared_in(texts_of(word_of(client, on="2024-10-11", since="2024-10-09")))

    assert "图斑上报减少1个" in said


def test_a_plan_without_figures_says_nothing_of_last_time():
    plan = make_plan()

    assert "与上期" not in str(write_bulletin(plan, DAY, before=on(10, 13)).blocks)


def test_the_command_takes_the_same(town, tmp_path):
    path = tmp_path / "通报.docx"
    given = {name: value for name, value in GIVEN.items() if name != "on"}

    call_command("bulletin", as_of="2024-10-20", output=str(path), stdout=io.StringIO(), **given)

    document = Document(path)
    assert {"太府发〔2024〕12号", "2024年10月22日"} <= set(texts_of(document))
    assert "（截至9月25日）" in compared_in(texts_of(document))
    assert "抄送：区农业农村委。" in imprint_of(document)
    for wrong, sentence in (
        ({"signed_on": "2024-13-40"}, "这一天不存在"),
        ({"since": "2024-10-20"}, "要早于"),
        ({"since": "上周三"}, "不是日期"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("bulletin", as_of="2024-10-20", output=str(path), **wrong)


def test_the_address_of_the_form_is_the_address_of_the_page(town, client):
    assert f'formaction="{reverse("reports:bulletin_docx")}"' in page_of(client)
