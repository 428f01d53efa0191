"""名字里的数照大小排：顺序一样的村，第6村在第10村前面，第六村在第十村前面。"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection

from taiping.ground.name_keys import name_key
from tests.worlds.factories import make_village
from villages.models import Village

fill_keys = import_module("villages.migrations.0009_names_sort_by_number").fill_keys
AS_READ = ["第1村", "第6村", "第10村", "第100村"]


@pytest.mark.parametrize(
    "in_order",
    [
        AS_READ,
        ["第一村", "第二村", "第六村", "第九村", "第十村", "第十一村", "第二十村", "第九十九村"],
        ["第1村", "第二村", "第３村", "第四村"],
        ["二组", "三组", "十组", "十二组"],
        ["太平2社区", "太平三社区", "太平十社区"],
    ],
)
def test_numbers_in_names_go_by_size(in_order):
    keys = [name_key(name) for name in in_order]

    assert keys == sorted(set(keys))


@pytest.mark.parametrize(
    "name", ["三河村", "八一村", "五星社区", "九龙村", "十里村", "三社村", "一百村"]
)
def test_a_numeral_that_is_part_of_a_name_stays_as_it_is(name):
    assert name_key(name) == name


def test_a_name_of_many_digits_stays_within_the_column():
    assert len(name_key("1村" * 25)) == 200


@pytest.mark.django_db
class TestKept:
    def names(self):
        return list(Village.objects.values_list("name", flat=True))

    def test_villages_of_one_order_are_listed_by_number(self):
        for name in reversed(AS_READ):
            make_village(name, order=0)
        make_village("甲村", order=1)

        assert self.names() == [*AS_READ, "甲村"]

    def test_whichever_way_they_were_made(self):
        Village.objects.bulk_create([Village(name="第10村"), Village(name="第6村")])
        row = '[{"model": "villages.village", "fields": {"name": "第9村"}}]'
        for loaded in serializers.deserialize("json", row):
            loaded.save()

        assert self.names() == ["第6村", "第9村", "第10村"]

    def test_a_new_name_moves_the_village(self):
        make_village("第6村", order=0)
        village = make_village("第10村", order=0)

        village.name = "第5村"
        village.save()
        assert self.names() == ["第5村", "第6村"]
        Village.objects.filter(pk=village.pk).update(name="第7村", name_key=name_key("第7村"))

        assert self.names() == ["第6村", "第7村"]

    def test_villages_kept_before_are_given_their_keys(self):
        for name in AS_READ:
            make_village(name, order=0)
        Village.objects.update(name_key="")
        assert self.names() != AS_READ

        fill_keys(apps, SimpleNamespace(connection=connection))

        assert self.names() == AS_READ

    def test_a_row_read_in_part_is_saved_in_part(self):
        make_village("第6村", order=0)
        village = Village.objects.only("order").get()

        village.order = 3
        village.save()

        assert Village.objects.get().name_key == name_key("第6村")
