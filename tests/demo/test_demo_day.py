"""演示停在一天：quickstart 定下，以后的服务知道；清掉演示就照真的钟；正式的从来不定。"""

import io
import os
import subprocess
import sys
from datetime import date, datetime

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.utils import timezone

from plots.ledger.replay import all_differences
from plots.models import Batch, Evidence, Kind, Patch, RectificationRecord, Status
from taiping.demo import day
from taiping.ground import dates
from taiping.operations.management.commands import quickstart
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from tasks.models import Plan, Reading
from tests import ROOT
from tests.worlds.factories import make_user
from tests.worlds.kept import again, plan_2024
from villages.models import Role, User

pytestmark = pytest.mark.django_db
USUAL = date(2024, 10, 20)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path, monkeypatch):
    """那一天记在每个测试自己的文件夹里，设置测完放回去；静态文件不用收集。"""
    settings.DEMO_DAY, settings.DEMO_DAY_FILE = None, tmp_path / "demo_day.txt"
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(quickstart.Command, "collect_static", lambda self: None)


def run(name, *options):
    out = io.StringIO()
    call_command(name, *options, stdout=out)
    return out.getvalue()


def installed():
    run("quickstart", "--no-serve")


def on_that_day():
    """演示刚装好的样子，今天停在 10月20日（照抄的时候设置要自己定）。"""
    again(installed)
    day.fix(USUAL)


def test_the_demo_plays_on_its_day_and_writes_nothing_after():
    on_that_day()

    midnight = timezone.make_aware(datetime(2024, 10, 20))
    assert dates.today() == USUAL
    for model in (Batch, Evidence, Patch, Reading, RectificationRecord):
        assert model.objects.filter(is_demo=True, created_at__lte=midnight).exists(), model
        assert not model.objects.filter(created_at__gt=midnight).exists(), model
    assert RectificationRecord.objects.filter(done_on__gte=date(2024, 10, 15)).exists()
    assert not RectificationRecord.objects.filter(done_on__gt=USUAL).exists()
    assert not Reading.objects.filter(on__gt=USUAL).exists()
    assert list(all_differences()) == []


def test_the_demo_is_lively_on_its_day():
    on_that_day()

    figures = plan_progress(Plan.objects.get(), USUAL)
    reports = list(RectificationRecord.objects.filter(kind=Kind.REPORT).select_related("milestone"))
    states = {milestone.state for _, milestone in figures.milestones}
    assert {MilestoneState.OVERDUE, MilestoneState.DONE, MilestoneState.DONE_LATE} <= states
    assert figures.overdue_count > 0
    assert any(report.is_late for report in reports)
    assert any(not report.is_late for report in reports)
    assert any(not report.completes for report in reports)
    kinds = set(RectificationRecord.objects.values_list("kind", flat=True))
    assert {Kind.REPORT, Kind.PASS, Kind.RETURN, Kind.EXEMPT, Kind.DEFER, Kind.REMARK} <= kinds
    found = set(Patch.objects.values_list("status", flat=True))
    wanted = {Status.PENDING, Status.UNDERWAY, Status.RETURNED, Status.AWAITING, Status.CLOSED}
    assert wanted <= found


def test_quickstart_says_the_day_and_keeps_it_for_the_next_start(settings):
    words = run("quickstart", "--no-serve", "--demo-day", "2024年11月5日")

    assert "演示：系统里的今天是 2024年11月5日。" in words
    assert date(2024, 11, 5) == settings.DEMO_DAY
    assert dates.fixed_in_file(settings.DEMO_DAY_FILE) == date(2024, 11, 5)
    assert RectificationRecord.objects.filter(done_on__gt=USUAL).exists()
    assert not RectificationRecord.objects.filter(done_on__gte=date(2024, 11, 5)).exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--demo-day", "2024-13-01"], "--demo-day：“2024-13-01”这一天不存在"),
        (["--demo-day", "2025-03-01"], "不在方案的起止日期里（2024年1月1日到2024年12月31日）"),
        (["--demo-day", "2024-10-20", "--no-demo"], "--no-demo 不装演示数据"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_no_account_is_made(settings, options, words):
    with pytest.raises(CommandError, match=r"^[^\n]+$") as refused:
        run("quickstart", "--no-serve", *options)

    assert words in str(refused.value)
    assert not User.objects.exists()
    assert not settings.DEMO_DAY_FILE.exists()


def test_a_real_installation_has_the_real_clock_and_never_gets_another(settings):
    run("quickstart", "--no-serve", "--no-demo")
    words = run("quickstart", "--no-serve", "--demo-day", "2024-10-20")

    assert "已有正式账号，没有加演示数据。" in words
    assert "系统里的今天" not in words
    assert dates.fixed_day() is None
    assert not settings.DEMO_DAY_FILE.exists()


def test_a_second_quickstart_keeps_the_day(settings):
    on_that_day()

    same = run("quickstart", "--no-serve")
    other = run("quickstart", "--no-serve", "--demo-day", "2024-11-05")
    updating = run("quickstart", "--no-serve", "--no-demo")

    assert "--demo-day 没有用上" not in same
    assert "--demo-day 没有用上。要换一天，先运行 clear_demo" in other
    assert "演示：系统里的今天是 2024年10月20日。" in updating
    assert dates.fixed_in_file(settings.DEMO_DAY_FILE) == USUAL


def test_clear_demo_gives_the_real_clock_back(settings):
    on_that_day()

    words = run("clear_demo")

    assert "系统里的今天不再固定，照真的日期；正在运行的服务请停下，重新启动。" in words
    assert dates.today() == timezone.localdate()
    assert not settings.DEMO_DAY_FILE.exists()


def test_a_day_left_behind_by_another_database_is_let_go(settings):
    day.fix(USUAL)
    make_user("huang", role=Role.ADMIN)

    words = run("quickstart", "--no-serve", "--no-demo")

    assert "系统里的今天不再固定，照真的日期。" in words
    assert dates.fixed_day() is None
    assert not settings.DEMO_DAY_FILE.exists()


def test_the_setting_goes_first_and_the_two_may_not_disagree(settings):
    settings.FIXED_TODAY = date(2024, 11, 5)
    with pytest.raises(CommandError, match="FIXED_TODAY 已经把今天定在2024年11月5日"):
        run("quickstart", "--no-serve", "--demo-day", "2024-10-20")
    run("quickstart", "--no-serve")

    assert date(2024, 11, 5) == settings.DEMO_DAY
    assert "这是设置里的 FIXED_TODAY 定的，正式使用请去掉它。" in run("clear_demo")


@pytest.mark.django_db(transaction=True)
def test_a_backup_brings_its_day_along_and_a_real_one_lets_it_go(settings, tmp_path):
    make_user("huang", role=Role.ADMIN)
    run("backup", str(tmp_path / "real.zip"))
    day.fix(USUAL)
    run("backup", str(tmp_path / "demo.zip"))

    real = run("restore", str(tmp_path / "real.zip"), "--replace")
    after_real = dates.fixed_day()
    demo = run("restore", str(tmp_path / "demo.zip"), "--replace")

    assert "恢复的不是演示，系统里的今天不再固定，照真的日期。" in real
    assert after_real is None
    assert "演示：系统里的今天是 2024年10月20日。" in demo
    assert dates.fixed_in_file(settings.DEMO_DAY_FILE) == USUAL


def test_a_plan_of_another_year_is_played_four_fifths_through_it(settings):
    again(plan_2024)
    Plan.objects.update(year=2026, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))

    words = run("quickstart", "--no-serve")

    assert date(2026, 10, 19) == settings.DEMO_DAY
    assert "演示：系统里的今天是 2026年10月19日。" in words


def test_check_deploy_points_at_a_fixed_day(settings):
    def told():
        found = run_checks(tags=[Tags.security], include_deployment_checks=True)
        return [str(warning.msg) for warning in found if warning.id == "taiping.W002"]

    real = told()
    day.fix(USUAL)

    assert real == []
    assert told() == ["系统里的今天固定在2024年10月20日，人录入的都记成这一天。"]


def asked(folder, **extra):
    """另起一个进程，照正式的设置问今天固定在哪天。"""
    wanted = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "PYTHONPYCACHEPREFIX")
    env = {name: value for name, value in os.environ.items() if name in wanted}
    env |= {"SECRET_KEY": "only-for-tests", "DATA_DIR": str(folder), "FIXED_TODAY": "", **extra}
    env["TAIPING_NO_VENV"] = "1"
    question = "from taiping.ground.dates import fixed_day; print(fixed_day())"
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", question]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_the_next_process_reads_the_day_and_the_variable_wins(tmp_path):
    nothing = asked(tmp_path)
    (tmp_path / "demo_day.txt").write_text("2024-10-20\n", encoding="utf-8")

    by_file, by_variable = asked(tmp_path), asked(tmp_path, FIXED_TODAY="2024-11-05")
    wrong = asked(tmp_path, FIXED_TODAY="明天")

    said = [answer.stdout.strip() for answer in (nothing, by_file, by_variable)]
    assert said == ["None", "2024-10-20", "2024-11-05"]
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("设置不对：FIXED_TODAY：“明天”不是日期")
