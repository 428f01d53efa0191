"""导入十万行有多快：和同一次运行里 calamine 光是读这个文件比，也和 django-import-export 的批量模式比。

后者只在量快慢时用，不在依赖里；没有装就跳过那一项。
"""

import json
import os
import subprocess
import sys
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from plots.models import Patch
from tests import ROOT
from tests.benchmarks.import_world import ROWS, bring_in, make_world, table
from tests.worlds.factories import make_user
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
WHERE = {"table": "导入", "column": "十万行九列"}


@pytest.fixture(scope="module")
def content():
    return table("小地名")


@pytest.fixture
def target():
    return make_world()


@pytest.fixture
def bring_in_once(target, measure_once):
    """bring_in_once(说法, 表, 先导过的表)：导入一遍，看钟。"""
    by = make_user(role=Role.STAFF)

    def run(row, content, *before):
        for each in before:
            bring_in(target, each, by)
        measure_once(row, lambda: bring_in(target, content, by), **WHERE)

    return run


def read(content):
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_bare_parse(content, measure_once):
    rows = measure_once("calamine 光读", lambda: read(content), rounds=3, floor=True, **WHERE)

    assert len(rows) == ROWS + 1


def test_new_rows(content, bring_in_once):
    bring_in_once("新增", content)

    assert Patch.objects.count() == ROWS


def test_the_same_file_again(content, bring_in_once):
    bring_in_once("同一个文件再来", content, content)

    assert Patch.objects.count() == ROWS


def test_every_row_changed(content, bring_in_once):
    bring_in_once("每行都改了", table("新地名"), content)

    assert Patch.objects.filter(place__startswith="新地名").count() == ROWS


@pytest.mark.benchmark(group="导入十万行占的内存")
def test_memory_is_small_and_given_back(content, benchmark, tmp_path, capsys):
    """新增、再来一遍、每行都改（面积也改），都在一个新开的进程里，SQLite：最多占多少兆，导完还占多少。"""
    files = {"新增": content, "再来一遍": content, "每行都改": table("新地名", larger=1)}
    told = benchmark.pedantic(sizes_of, (files, tmp_path), rounds=1)

    sizes = {name: f"{size['peak']}，导完 {size['after']}" for name, size in told.items()}
    benchmark.extra_info.update(sizes)
    with capsys.disabled():
        sys.stdout.write(f"\n导入十万行最多占（兆）：{sizes}\n")
    assert all(size["patches"] == ROWS for size in told.values())
    assert max(size["peak"] for size in told.values()) < 400
    assert max(size["after"] for size in told.values()) < 300


def sizes_of(files, folder):
    """{名字: import_memory 说的}。"""
    paths = []
    for number, file in enumerate(files.values()):
        paths.append(folder / f"{number}.xlsx")
        paths[-1].write_bytes(file)
    here = {"DATABASE_URL": f"sqlite:///{folder}/data.sqlite3", "DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "tests.benchmarks.import_memory", *paths]
    said = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **here}, capture_output=True, text=True, check=True
    ).stdout
    return dict(zip(files, json.loads(said.splitlines()[-1]), strict=True))


def test_import_export_in_bulk(content, target, measure_once):
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

    measure_once("django-import-export 批量模式，新增", run, **WHERE)

    assert Patch.objects.count() == ROWS
