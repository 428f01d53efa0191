"""导入十万行有多快：和同一次运行里 calamine 光是读这个文件比，也和 django-import-export 的批量模式比。

后者只在量快慢时用，不在依赖里；没有装就跳过那一项。
"""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from plots.importing import apply_batch, preview
from plots.models import Batch, Patch
from tests.worlds.factories import make_milestone, make_plan, make_target, make_user, make_village
from villages.models import Role, Village

pytestmark = [pytest.mark.django_db, pytest.mark.benchmark(group="导入十万行")]
ROWS = 100_000
HEAD = [
    "序号",
    "村",
    "图斑编号",
    "面积（亩）",
    "小地名",
    "承包人",
    "变化前地类",
    "变化后地类",
    "备注",
]


def table(place):
    """一张十万行九列的表，小地名都以 place 开头。"""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("图斑")
    sheet.append(HEAD)
    for n in range(ROWS):
        area = 0.5 + n % 900 / 100
        sheet.append(
            [
                n + 1,
                f"第{n % 30}村",
                f"T{n:07d}",
                area,
                f"{place}{n % 500}",
                "张三",
                "旱地",
                "其他草地",
                "",
            ]
        )
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def content():
    return table("小地名")


@pytest.fixture
def target():
    for n in range(30):
        make_village(f"第{n}村", order=n)
    target = make_target(make_plan(2024))
    make_milestone(target)
    return target


def read(content):
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def bring_in(target, content, by):
    """读、检查、和系统里的比、写入，和 import_patches 命令一样。"""
    batch = Batch.objects.create(
        target=target, by=by, name="十万.xlsx", file=ContentFile(content, name="big.xlsx")
    )
    review = preview(batch, by=by)
    if not review.is_empty:
        apply_batch(batch, by=by, review=review)
    return batch


def test_bare_parse(content, benchmark):
    assert len(benchmark.pedantic(read, (content,), rounds=3)) == ROWS + 1


def test_new_rows(content, target, benchmark):
    by = make_user(role=Role.STAFF)

    benchmark.pedantic(bring_in, (target, content, by), rounds=1)

    assert Patch.objects.count() == ROWS


def test_the_same_file_again(content, target, benchmark):
    by = make_user(role=Role.STAFF)
    bring_in(target, content, by)

    benchmark.pedantic(bring_in, (target, content, by), rounds=1)

    assert Patch.objects.count() == ROWS


def test_every_row_changed(content, target, benchmark):
    by = make_user(role=Role.STAFF)
    bring_in(target, content, by)

    benchmark.pedantic(bring_in, (target, table("新地名"), by), rounds=1)

    assert Patch.objects.filter(place__startswith="新地名").count() == ROWS


def test_import_export_in_bulk(content, target, benchmark):
    """同样的行交给 django-import-export：批量写、不改的跳过、不留逐行结果。"""
    pytest.importorskip("import_export", reason="没有装 django-import-export，这一项不比")
    import tablib
    from import_export.resources import ModelResource

    class PatchResource(ModelResource):
        class Meta:
            model = Patch
            fields = (
                "target",
                "village",
                "code",
                "area_mu",
                "place",
                "contractor",
                "land_before",
                "land_after",
            )
            import_id_fields = ("target", "village", "code")
            use_bulk, batch_size, force_init_instance = True, 1000, True
            skip_diff, skip_html_diff, report_skipped, use_transactions = True, True, False, True

    names = dict(Village.objects.values_list("name", "pk"))

    def run():
        data = tablib.Dataset(headers=PatchResource.Meta.fields)
        for _, village, code, area, place, person, before, after, _ in read(content)[1:]:
            data.append((target.pk, names[village], code, area, place, person, before, after))
        return PatchResource().import_data(data, raise_errors=True)

    benchmark.pedantic(run, rounds=1)

    assert Patch.objects.count() == ROWS
