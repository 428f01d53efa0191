"""上级表格里的村，对到系统里的村。"""

import pytest

from tests.worlds.factories import make_village
from tests.worlds.kept import again, plan_2024
from villages.models import Village
from villages.places.matching import VillageIndex

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    """太平镇的十个村，再加一个和白云村只差后缀的白云社区；团碾知道村代码。"""
    again(plan_2024)
    Village.objects.filter(name="团碾").update(code="500151124201")
    make_village("白云社区")


@pytest.mark.parametrize(
    ("written", "village"),
    [
        ("团碾", "团碾"),
        ("团碾村", "团碾"),
        (" 团 碾\u3000村\n", "团碾"),
        ("太平镇团碾村", "团碾"),
        ("铜梁区太平镇团碾村", "团碾"),
        ("重庆市铜梁区太平镇团碾村", "团碾"),
        ("重庆市铜梁区团碾村", "团碾"),
        ("太平村", "太平"),
        ("太平镇太平村", "太平"),
        ("太平", "太平"),
        ("白云村", "白云"),
        ("白云社区", "白云社区"),
        ("太平镇白云社区", "白云社区"),
        ("500151124201", "团碾"),
        (500151124201, "团碾"),
        (500151124201.0, "团碾"),
        ("５００１５１１２４２０１", "团碾"),
        ("5001511242010000000", "团碾"),
        ("500224124201", "团碾"),
        ("5002241242010000012", "团碾"),
    ],
)
@pytest.mark.parametrize("place", ["", "重庆市铜梁区太平镇人民政府"])
def test_village_is_found_however_the_county_writes_it(town, written, village, place):
    found, reason = VillageIndex(place=place).match(written)

    assert (found.name, reason) == (village, "")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, "没有填村"),
        ("  ", "没有填村"),
        ("太平镇", "没有写是哪个村"),
        ("铜梁区太平镇", "没有写是哪个村"),
        ("重庆市铜梁区太平镇", "没有写是哪个村"),
        ("白云居民", "别名里加上这种写法"),
        ("土桥镇团碾村", "别名里加上这种写法"),
        ("余", "别名里加上这种写法"),
        ("500151124299", "没有代码是 500151124299 的村"),
        ("5001511242990000000", "没有代码是 500151124299 的村"),
        ("50015112420", "别名里加上这种写法"),
        ("5.00151E+18", "科学计数法"),
    ],
)
def test_unclear_village_is_refused_with_what_to_do(town, written, told):
    found, reason = VillageIndex().match(written)

    assert found is None
    assert told in reason


@pytest.mark.parametrize(
    ("written", "village"),
    [
        ("团碾村委会", "团碾"),
        ("团碾村民委员会", "团碾"),
        ("团碾社区", "团碾"),
        ("太平镇团碾居委会", "团碾"),
        ("白云村委会", "白云"),
        ("白云居委会", "白云社区"),
        ("重庆铜梁太平镇团碾村", "团碾"),
        ("四川省甘孜藏族自治州某县太平镇团碾村民委员会", "团碾"),
        ("内蒙古自治区某盟某旗太平镇团碾村", "团碾"),
        ("湖北省恩施土家族苗族自治州团碾村", "团碾"),
    ],
)
def test_endings_and_places_agree_when_one_village_fits(town, written, village):
    found, reason = VillageIndex().match(written)

    assert (found and found.name, reason) == (village, "")


def test_endings_that_two_villages_share_are_told():
    make_village("向阳一村"), make_village("向阳一居委会"), make_village("向阳一社区")

    found, reason = VillageIndex().match("向阳一居民委员会")

    assert found is None
    assert "可能是 向阳一居委会、向阳一社区" in reason


@pytest.mark.parametrize("town", ["巴彦浩特镇", "马头民族乡", "城关街道"])
def test_another_town_takes_off_its_own_name(settings, town):
    """发文单位只写了镇名、写了别的市县，都不碍事：村界和图斑一个规矩。"""
    settings.TOWN_NAME = town
    village = make_village("东风村")

    for place in ("", f"{town}人民政府"):
        index = VillageIndex(place=place)
        assert index.match(f"某省某市某县{town}东风村民委员会").village == village
        assert index.match(f"某自治区某盟某旗{town}东风").village == village
        assert index.match("某省某市某县太平镇东风村").village is None


def test_same_village_name_in_another_town_is_not_ours(town):
    index = VillageIndex(place="重庆市铜梁区太平镇")

    assert index.match("土桥镇白云村").village is None
    assert index.match("重庆市铜梁区土桥镇白云村").village is None
    assert index.match("太平镇白云村").village.name == "白云"


def test_alias_of_two_villages_is_refused_and_names_both():
    make_village("东村", aliases="河边村")
    make_village("西村", aliases="河边村")

    found, reason = VillageIndex().match("河边村")

    assert found is None
    assert "东村、西村" in reason


def test_name_of_one_village_wins_over_alias_of_another():
    east = make_village("东村")
    make_village("西村", aliases="东村")

    assert VillageIndex().match("东村").village == east


def test_thousand_rows_take_one_query(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        index = VillageIndex()
        rows = ["太平镇太平村", "500151124201", "没有的村"] * 300
        found = [village for village, _ in map(index.match, rows) if village]

    assert len(found) == 600


def test_codes_of_before_are_those_of_the_setting(settings, town):
    settings.VILLAGE_CODE_CHANGES = [("110100", "500151")]

    found = VillageIndex()

    assert found.match("110100124201").village.name == "团碾"
    assert "没有代码是 500224124201 的村" in found.match("500224124201").reason


def test_an_old_code_may_stand_among_the_other_names(settings, town):
    """区划换过代码、只有一两个村的，管理员在后台写进别名就行。"""
    settings.VILLAGE_CODE_CHANGES = []
    Village.objects.filter(name="团碾").update(aliases="团碾村、110100124201")

    found = VillageIndex()

    for written in ("110100124201", "1101001242010000012", "500151124201", "团碾村"):
        assert found.match(written).village.name == "团碾"
