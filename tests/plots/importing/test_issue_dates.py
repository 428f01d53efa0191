"""下发日期：新增的图斑从这天起算，以前的日子没有它们；手工添加的从发现那天起算。"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from plots import actions
from plots.actions import NotAllowed
from plots.actions.adding import add
from plots.importing import apply_batch
from plots.models import Batch, Patch
from taiping.progress.progress import plan_progress
from tests.worlds.import_town import ROWS, ImportTown
from tests.worlds.patch_files import HEADER, xlsx

pytestmark = pytest.mark.django_db
ISSUED = date(2024, 11, 20)


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return ImportTown()


@pytest.fixture
def issued(town):
    apply_batch(town.batch(xlsx(HEADER, *ROWS), issued_on=ISSUED), by=town.staff)
    return town


def counted(town, day):
    (figures,) = plan_progress(town.plan, day).targets
    return figures.patch_count, figures.overdue_count


def test_a_later_batch_shames_nobody_backwards(issued):
    """11 月下发的一批，9 月、10 月的通报里没有它们；从下发那天起才算。"""
    assert counted(issued, date(2024, 10, 15)) == (0, 0)
    assert counted(issued, ISSUED - timedelta(days=1)) == (0, 0)
    assert counted(issued, ISSUED) == (2, 2)


def test_nothing_is_done_before_it_was_issued(issued):
    patch = Patch.objects.get(code="T-1")
    with pytest.raises(NotAllowed, match="这块图斑 2024年11月20日 才下发"):
        actions.report(patch, by=issued.staff, on=date(2024, 11, 19))

    actions.report(patch, by=issued.staff, on=ISSUED)


def test_a_correction_of_the_file_moves_no_date(issued):
    corrected = [1, "团碾村", "T-1", 4, "塆里", "张三"]
    batch = issued.batch(xlsx(HEADER, corrected), issued_on=date(2024, 12, 1))
    apply_batch(batch, by=issued.staff)

    assert Patch.objects.get(code="T-1").since_on == ISSUED


def post(client, town, **given):
    content = SimpleUploadedFile("下发.xlsx", xlsx(HEADER, *ROWS))
    data = {"kind": "TABLE", "target": town.target.pk, "file": content, **given}
    return client.post("/patches/import/", data, follow=True)


def test_the_page_asks_and_says(town, client):
    client.force_login(town.staff)

    assert 'name="issued_on"' in client.get("/patches/import/").content.decode()
    page = post(client, town, issued_on="2024-11-20").content.decode()
    batch = Batch.objects.get()
    done = client.post(f"/patches/import/{batch.pk}/", {"do": "apply"}, follow=True)

    assert "新增的从下发的 2024年11月20日 起算" in page
    assert batch.issued_on == ISSUED
    assert "2024年11月20日，新增的图斑从这天起算" in done.content.decode()
    assert {patch.since_on for patch in Patch.objects.all()} == {ISSUED}


def test_today_is_the_default(town, client):
    town.plan.ends_on = date(2099, 12, 31)
    town.plan.save()
    client.force_login(town.staff)

    post(client, town, issued_on="")

    assert Batch.objects.get().issued_on == timezone.localdate()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("2098-01-01", "还没有到"),
        ("", "已于2024年12月31日结束，下发日期请填结束以前的那一天"),
        ("2025-01-01", "已于2024年12月31日结束"),
        ("去年", "去年"),
    ],
)
def test_a_day_that_cannot_be_is_told_beside_the_field(town, client, given, words):
    client.force_login(town.staff)

    page = post(client, town, issued_on=given)

    assert words in str(page.context["form"].errors["issued_on"])
    assert not Batch.objects.exists()


def test_on_the_command_line(town, tmp_path):
    path = tmp_path / "下发.xlsx"
    path.write_bytes(xlsx(HEADER, *ROWS))
    asked = ("import_patches", path, "--target", "abandoned")

    with pytest.raises(CommandError, match="命令行上用 --issued-on 日期"):
        call_command(*asked)
    with pytest.raises(CommandError):
        call_command(*asked, "--issued-on", "去年")
    call_command(*asked, "--issued-on", "2024年11月20日")

    assert {patch.since_on for patch in Patch.objects.all()} == {ISSUED}


def test_added_by_hand_it_counts_from_the_day_it_was_found(town):
    at = timezone.make_aware(timezone.datetime(2024, 12, 10, 9))
    given = {"by": town.staff, "area_mu": "2", "at": at}

    found = actions.add_patch(
        town.target, town.baiyun, code="补-1", since_on=date(2024, 12, 1), **given
    )
    today = actions.add_patch(town.target, town.baiyun, code="补-2", **given)
    with pytest.raises(NotAllowed, match="还没有到"):
        actions.add_patch(
            town.target, town.baiyun, code="补-3", since_on=date(2024, 12, 11), **given
        )

    assert (found.since_on, today.since_on) == (date(2024, 12, 1), date(2024, 12, 10))
    assert counted(town, date(2024, 11, 30)) == (0, 0)
    with pytest.raises(NotAllowed, match="才发现"):
        actions.report(found, by=town.staff, on=date(2024, 11, 30))


def test_cloud_results_have_no_issue_date(town, client):
    """方案结束以后还在导国土调查云的结果：没有下发日期，不拿今天拦它。"""
    client.force_login(town.staff)

    page = post(client, town, kind="CLOUD")

    assert page.redirect_chain
    assert Batch.objects.get().issued_on is None


def test_added_again_with_another_found_date_is_another_patch(town):
    given = {"by": town.staff, "area_mu": Decimal(2)}

    first, _ = add(town.target, town.baiyun, since_on=date(2024, 12, 1), **given)
    same, is_new = add(town.target, town.baiyun, since_on=date(2024, 12, 1), **given)
    other, is_other_new = add(town.target, town.baiyun, since_on=date(2024, 12, 2), **given)

    assert (same, is_new) == (first, False)
    assert (is_other_new, other.since_on) == (True, date(2024, 12, 2))
