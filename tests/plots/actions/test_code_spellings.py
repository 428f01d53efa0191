"""一块图斑的编号有许多种写法：导入、添加、更正、拆分、查找都照同一种可比的写法，早先存的也认得。"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from plots.actions import NotAllowed
from plots.actions.adding import add
from plots.models import Patch
from taiping.ground.codes import clean_code, code_key, look
from tests.worlds.import_town import ImportTown
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, xlsx
from tests.worlds.town import TwoVillages

SPELLINGS = [
    "zw-1",
    "ＺＷ－１",
    "ZW\u200b-1",
    "\ufeffZW-1",
    "ZW\u20111",
    "ZW\u22121",
    "Z\xadW-1",
    "ZW——1",
    "ZWー1",
    " ZW-1\u3000",
    "ZW\u2060-1\u202c",
]
fill_keys = import_module("plots.migrations.0031_codes_compare_in_one_form").fill_keys


@pytest.mark.parametrize("written", SPELLINGS)
def test_every_spelling_has_one_form_to_compare(written):
    assert code_key(written) == "zw-1"


def test_what_is_kept_is_the_clerks_own_letters_in_clean_form():
    assert clean_code("ＺＷ\u200b－１\n（二）") == "ZW-1 (二)"
    assert clean_code("\u200b \u3000") == ""


def test_codes_that_look_alike_are_told_from_codes_that_are_the_same():
    assert look("T-O1") == look("Ｔ－01") == look("T_l") == look("Т-1")  # 最后一个是西里尔字母
    assert look("T-11") != look("T-1-1")


@pytest.mark.django_db
class TestOnePatch:
    @pytest.fixture(autouse=True)
    def town(self):
        self.town = again(TwoVillages)
        self.town.patch.code = "ZW-1"
        self.town.patch.save(update_fields=["code", "code_key"])

    @pytest.mark.parametrize("written", SPELLINGS)
    def test_is_not_added_a_second_time(self, written):
        town = self.town
        with pytest.raises(NotAllowed, match="已经有图斑"):
            add(town.target, town.east, by=town.huang, code=written, area_mu="3")

        assert Patch.objects.count() == 1

    def test_a_part_may_not_take_the_number_of_the_other_or_of_a_neighbour(self):
        with pytest.raises(NotAllowed, match="填了不止一次"):
            self.split("A-1", "ａ—1")
        self.town.add_patch(self.town.target, self.town.east, "B-1")
        with pytest.raises(NotAllowed, match="已经有图斑 b-1"):
            self.split("A-1", "b\u20111")

    def test_its_parts_are_kept_in_clean_form(self):
        self.split("ＺＷ－1（1）", "ZW\u200b-1-2")

        assert set(Patch.objects.filter(split_from=self.town.patch).values_list("code")) == {
            ("ZW-1(1)",),
            ("ZW-1-2",),
        }

    def test_amending_to_the_number_of_another_is_refused(self):
        self.town.add_patch(self.town.target, self.town.east, "B-1")

        with pytest.raises(NotAllowed, match="已经有图斑 b-1"):
            self.town.do("amend", code="ｂ－1")
        self.town.do("amend", code="ｂ－2")

        patch = Patch.objects.get(pk=self.town.patch.pk)
        assert (patch.code, patch.code_key) == ("b-2", "b-2")

    @pytest.mark.parametrize("written", SPELLINGS)
    def test_is_found_whatever_is_typed(self, written):
        assert Patch.objects.about(written).get().code == "ZW-1"

    def test_one_kept_with_another_spelling_is_found_and_its_area_is_amended(self):
        self.older("ZW\u200b—1", self.town.patch)
        assert Patch.objects.about("zw-1").get() == self.town.patch

        self.town.do("amend", code="ZW\u200b—1", area_mu="9")

        assert Patch.objects.get().code == "ZW\u200b—1"  # 编号没有人改，还是原来的样子

    def test_two_kept_long_ago_that_are_one_now_are_both_found_and_can_be_worked_on(self):
        other = self.town.add_patch(self.town.target, self.town.east, "x")
        self.older("zw—1", other)

        assert Patch.objects.about("ZW-1").count() == 2
        self.town.act("remark", other, by=self.town.huang, on=self.town.at.date(), note="看看")
        other.refresh_from_db()
        other.save()
        assert Patch.objects.about("ZW-1").count() == 2

    def split(self, *codes):
        children = [{"code": code, "area_mu": "5"} for code in codes]
        self.town.do("split", children=children)

    def older(self, code, patch):
        """像升级以前存的那样。"""
        Patch.objects.filter(pk=patch.pk).update(code=code)
        fill_keys(apps, SimpleNamespace(connection=connection))
        patch.refresh_from_db()


@pytest.mark.django_db
def test_an_import_finds_the_patch_and_points_out_the_same_and_the_alike():
    town = again(ImportTown)
    town.load(xlsx(HEADER[:4], [1, "团碾", "ZW-01", 3]))

    review = town.look(xlsx(HEADER[:4], [1, "团碾", "ｚｗ—01", 4], [2, "团碾", "ZW-02", 1]))
    assert (len(review.found.new), len(review.found.changed)) == (1, 1)

    review = town.look(xlsx(HEADER[:4], [1, "团碾", "A-1", 4], [2, "团碾", "a\u20111", 1]))
    assert "与第 2 行重复" in str(review.problems[0])
