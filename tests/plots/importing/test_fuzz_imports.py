"""导入时什么怪东西都可能来：乱填的格子、截断的文件、改坏的字节。每一样都给一句话或正常导入，没有事故页，也不多存。"""

import io
import os
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import Workbook, load_workbook

from plots.models import Patch
from tasks import workbook
from tasks.models import Milestone, Plan
from tests.worlds.factories import make_plan, make_steps_target, make_user, make_village
from tests.worlds.plan_files import load_2024
from villages.models import Role

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 25))
odd_cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "",
            " ",
            "团碾",
            "太平镇",
            "白云社区",
            "T-1",
            "1.23457E+18",
            "=1+1",
            "@SUM(A1)",
            "-3",
            "3,5",
            "2024-02-30",
            "合计",
            "单位：亩",
            "面积（平方米）",
            "#REF!",
            "１２．５",
            "\u202e反写",
            "😀",
            "亩" * 400,
            "1e400",
            "nan",
            "Infinity",
            "0x10",
        ]
    ),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)),
)
HEADS = ["图斑编号", "村", "面积（亩）", "小地名", "地类", "序号", "图斑面积（平方米）", "整改方式"]
NAMES = ["a.csv", "a.xlsx", "a.xls", "a.zip", "a.geojson", "a.kml", "a.txt", "a.gpkg"]
quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def xlsx(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def damaged(content, cut, flips):
    """截到 cut 处，再改掉几个字节。"""
    raw = bytearray(content[: max(1, len(content) * cut // 100)])
    for place, value in flips:
        raw[place % len(raw)] = value
    return bytes(raw)


class ImportedAnything(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.target = make_steps_target(make_plan())
        make_village("团碾")
        cls.staff = make_user(role=Role.STAFF)

    def answers(self, content, name):
        """上传、看预览、确认：每一步的状态码。"""
        client = Client()
        client.force_login(self.staff)
        data = {
            "kind": "TABLE",
            "issued_on": "2024-01-02",
            "target": self.target.pk,
            "file": SimpleUploadedFile(name, content),
        }
        codes, response = [], client.post(reverse("plots:patch_import"), data)
        codes.append(response.status_code)
        if response.status_code == 302 and "/import/" in response.url:
            codes.append(client.get(response.url).status_code)
            codes.append(client.post(response.url, {"do": "apply", "rows": "2"}).status_code)
            codes.append(client.get(response.url).status_code)
        return codes

    @quick
    @given(
        st.lists(st.sampled_from(HEADS), min_size=1, max_size=8),
        st.lists(st.lists(odd_cells, max_size=8), max_size=8),
    )
    def test_a_table_of_anything(self, heads, rows):
        codes = self.answers(xlsx([heads, *rows]), "下发.xlsx")

        assert all(code < 500 for code in codes), codes
        assert all(patch.area_mu > 0 and patch.code for patch in Patch.objects.all())

    @quick
    @given(st.binary(max_size=400), st.sampled_from(NAMES))
    def test_bytes_under_any_name(self, content, name):
        assert all(code < 500 for code in self.answers(content, name))

    @quick
    @given(
        st.integers(1, 100),
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6),
    )
    def test_a_damaged_table(self, cut, flips):
        good = xlsx([["图斑编号", "村", "面积（亩）"], ["T-1", "团碾", 3.5]])

        assert all(code < 500 for code in self.answers(damaged(good, cut, flips), "下发.xlsx"))


class PlanImportedAnything(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.content = workbook.export_xlsx(load_2024())
        cls.boss = make_user(role=Role.ADMIN)

    @quick
    @given(
        st.lists(
            st.tuples(st.integers(0, 7), st.integers(1, 14), st.integers(1, 14), odd_cells),
            min_size=1,
            max_size=5,
        )
    )
    def test_a_plan_with_odd_cells_is_refused_in_words_or_taken_whole(self, changes):
        book = load_workbook(io.BytesIO(self.content))
        for sheet, row, column, value in changes:
            book.worksheets[sheet].cell(row, column).value = value
        content = io.BytesIO()
        book.save(content)
        client = Client()
        client.force_login(self.boss)

        response = client.post(
            reverse("tasks:plan_import"),
            {"file": SimpleUploadedFile("方案.xlsx", content.getvalue())},
            follow=True,
        )
        assert response.status_code < 500
        if response.redirect_chain:
            preview = response.redirect_chain[-1][0]
            assert client.post(preview, {"delete_missing": "on"}).status_code < 500
            assert client.get(preview).status_code < 500
        for plan in Plan.objects.all():
            assert plan.ends_on > plan.starts_on
        assert not Milestone.objects.filter(due_on__lt="1900-01-01").exists()


@pytest.mark.django_db
def test_the_damage_really_damages():
    assert damaged(b"abcdef", 50, [(0, 120)]) == b"xbc"
