"""成批写图斑：什么样的字都原样存下，两种数据库一样；已有的只改说好的几项。"""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from plots.importing.apply import _blank
from plots.importing.bulk import ROWS, laid
from plots.models import Patch
from tests.worlds.factories import (
    make_batch,
    make_patch,
    make_steps_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db
AWKWARD = [
    "",
    "\\N",
    "\\.",
    "a\\tb",
    "制表\t符",
    "两\n行",
    "回\r车",
    "'单引号'",
    '"双引号"',
    "百分%s号",
    "🌾",
    "尾巴\\",
    "NULL",
    "x" * 60,
]


def insert(rows, tick=None):
    with laid(rows, tick=tick) as lot:
        lot.insert()


def update(rows):
    with laid(rows) as lot:
        lot.update()


@pytest.fixture
def scene():
    class Scene:
        target = make_steps_target()
        east, west = make_village("东村"), make_village("西村")
        batch = make_batch(target)

        def row(self, code, **values):
            blank = _blank(self.batch, self.target.milestones.first(), make_user(role=Role.STAFF))
            return {
                **blank,
                "village": self.east.pk,
                "code": code,
                "code_key": code.lower(),
                "area_mu": Decimal(1),
                "extra": {},
                **values,
            }

    return Scene()


def test_every_text_is_stored_to_the_letter(scene):
    by = make_user(role=Role.STAFF)
    rows = [
        {
            **scene.row(f"T-{n}"),
            "created_by": by.pk,
            "place": text,
            "contractor": text,
            "extra": {f"列{text}": text},
        }
        for n, text in enumerate(AWKWARD)
    ]

    insert(rows)

    stored = Patch.objects.order_by("pk").values_list("place", "contractor", "extra")
    assert list(stored) == [(text, text, {f"列{text}": text}) for text in AWKWARD]


def test_amounts_dates_and_blanks_come_back_as_they_were(scene):
    insert(
        [
            scene.row("T-1", area_mu=Decimal("123456789.123456")),
            scene.row("T-2", area_mu=Decimal("0.000001")),
        ]
    )

    first, second = Patch.objects.order_by("code")
    assert (first.area_mu, second.area_mu) == (Decimal("123456789.123456"), Decimal("0.000001"))
    assert (first.since_on, first.until_on, first.split_from, first.is_demo) == (
        None,
        None,
        None,
        False,
    )
    assert first.next_milestone.code == "replant"


def test_an_existing_patch_changes_only_what_was_named(scene):
    old = make_patch(
        scene.target, scene.east, code="T-1", place="旧地名", contractor="张三", area_mu=Decimal(5)
    )

    other = make_patch(scene.target, scene.east, code="T-2", place="塆里")

    update([{"id": old.pk, "place": "新地名", "extra": {"组": "3"}}])

    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.place, old.contractor, old.area_mu, old.extra) == (
        "新地名",
        "张三",
        Decimal(5),
        {"组": "3"},
    )
    assert (other.place, Patch.objects.count()) == ("塆里", 2)


def test_more_rows_than_one_statement_holds_are_all_written_and_told(scene):
    told = []
    blank = scene.row("x")
    rows = [{**blank, "code": f"T-{n}", "code_key": f"t-{n}"} for n in range(2 * ROWS + 1)]

    insert(rows, tick=told.append)

    assert Patch.objects.count() == 2 * ROWS + 1
    assert told == [ROWS, 2 * ROWS, 2 * ROWS + 1]


def test_two_lots_in_one_transaction_and_a_refused_one_leaves_nothing(scene):
    with transaction.atomic():
        insert([scene.row("T-1")])
        insert([scene.row("T-2", place="塆里")])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([scene.row("T-3"), scene.row("T-1")])

    assert sorted(Patch.objects.values_list("code", flat=True)) == ["T-1", "T-2"]
