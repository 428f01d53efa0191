"""长文件的进度：读到、比到、写到第几行，页面和命令说的一样；服务要停了，读到一半也停得下来。"""

from io import StringIO

import pytest
from django.core.management import call_command

from plots.importing import job, keep, preview, progress
from plots.importing.progress import Printed, counted
from plots.models import Patch
from tests.worlds.import_town import ImportTown
from tests.worlds.patch_files import HEADER, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return ImportTown()


def rows(count):
    return [[n, "团碾", f"N-{n}", 1.5] for n in range(count)]


def test_every_thousand_rows_and_the_last_are_told():
    said = []

    list(counted(range(2500), lambda *told: said.append(told), "读表"))
    list(counted(range(500), lambda *told: said.append(told), "读表", total=3000, before=2500))

    assert said == [("读表", n, 2500) for n in (1000, 2000, 2500)] + [("读表", 3000, 3000)]


def test_two_sheets_are_counted_through(town):
    from io import BytesIO

    from openpyxl import Workbook

    book, said = Workbook(), []
    for start, sheet in ((0, book.active), (1200, book.create_sheet("二"))):
        sheet.append(HEADER)
        for row in rows(start + 1200)[start:]:
            sheet.append(row)
    content = BytesIO()
    book.save(content)

    preview(town.batch(content.getvalue()), by=town.staff, tick=lambda *told: said.append(told))

    assert said == [
        ("读表", 1000, 2400),
        ("读表", 2000, 2400),
        ("读表", 2400, 2400),
        ("和系统里的比", 1000, 2400),
        ("和系统里的比", 2000, 2400),
        ("和系统里的比", 2400, 2400),
    ]


def test_the_command_prints_how_far_it_is(town, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "PRINT_SECONDS", 0)
    path, out = tmp_path / "下发.xlsx", StringIO()
    path.write_bytes(xlsx(HEADER, *rows(1500)))

    call_command(
        "import_patches", str(path), target="abandoned", issued_on="2024-01-02", stdout=out
    )

    lines = [line for line in out.getvalue().splitlines() if line.endswith(" 行")]
    assert lines[:2] == ["读表：1000 / 1500 行", "读表：1500 / 1500 行"]
    assert "和系统里的比：1000 / 1500 行" in lines and "写入：1000 / 1500 行" in lines


def test_a_short_file_prints_nothing_of_it():
    lines = []

    Printed(lines.append).tick("读表", 5, 5)

    assert lines == []


def test_the_page_says_rows(town, client):
    batch = town.batch(xlsx(HEADER, *rows(1)))
    status = progress.ImportJobStatus(batch)
    status.tick("和系统里的比", 41000, 100000)
    client.force_login(town.staff)

    page = client.get(f"/patches/import/{batch.pk}/").content.decode()
    status.finish()

    assert "和系统里的比：41000 / 100000 行" in page


@pytest.mark.django_db(transaction=True)
def test_a_stop_is_heard_while_rows_are_still_being_read(monkeypatch):
    town = ImportTown()
    batch = town.batch(xlsx(HEADER, *rows(1500)))
    keep(preview(batch, by=town.staff))
    monkeypatch.setattr(progress, "EVERY", 100)
    seen = []

    def is_set():
        seen.append(True)
        return True

    monkeypatch.setattr(job.stopping, "is_set", is_set)
    job.start(batch, by=town.staff).join(timeout=30)

    batch.refresh_from_db()
    assert batch.counts["failure"] == job.STOPPED
    assert len(seen) == 1 and not Patch.objects.exists()
