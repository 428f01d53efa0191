"""导出、导入方案的命令；复制为下一年方案。"""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from tasks import workbook
from tasks.models import Allocation, Membership, Milestone, Plan, Reading, Target, WorkingGroup
from tasks.next_year import CannotCopy, copy_to_next_year
from tests.worlds import factories as make
from tests.worlds.plan_files import (
    edit,
    load_2024,
    make_2025,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return load_2024()


@pytest.fixture
def next_plan(plan):
    return make_2025()


def test_commands_export_try_and_import(plan, tmp_path, capsys):
    path = tmp_path / "方案.xlsx"
    call_command("export_plan", "2024", "-o", str(path))
    path.write_bytes(edit(path.read_bytes(), ("目标任务", "G6", 700)))

    call_command("import_plan", str(path), "--dry-run")
    assert Target.objects.get(code="abandoned").quota == 608
    call_command("import_plan", str(path))
    assert Target.objects.get(code="abandoned").quota == 700
    call_command("import_plan", str(path))

    told = capsys.readouterr().out
    assert f"已把2024年度方案导出到 {path}。" in told
    assert "改动 目标任务：自然撂荒地整治（abandoned）：任务数 608 → 700" in told
    assert "试运行，没有写：改动 1 行。" in told
    assert "2024年度方案：没有变化。" in told


def test_command_prints_each_error_and_stops_with_1(plan, tmp_path, capsys):
    path = tmp_path / "方案.xlsx"
    path.write_bytes(
        edit(workbook.export_xlsx(plan), ("时间节点", "G8", "13月"), ("目标任务", "G6", "3,5"))
    )

    with pytest.raises(CommandError) as stopped:
        call_command("import_plan", str(path))

    assert stopped.value.returncode == 1
    assert capsys.readouterr().err.splitlines() == [
        "“目标任务”第 6 行 G“任务数”：“3,5”不是数字，请填如 3.50。",
        "“时间节点”第 8 行 G“截止日期”：“13月”不是日期，请写成 2024-10-20 这样。",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export_plan", "2030", "-o", "x.xlsx"), "没有代码是 2030 的方案。现有的：2024。"),
        (("export_plan", "2024", "-o", "x.docx"), "“x.docx”要以 .xlsx 或 .json 结尾。"),
        (("import_plan", "不存在.xlsx"), "打不开 不存在.xlsx"),
    ],
)
def test_commands_refuse_in_words(plan, arguments, told):
    with pytest.raises(CommandError, match=told):
        call_command(*arguments)


def test_next_year_is_a_copy_with_the_dates_moved(plan):
    Plan.objects.update(ends_on=date(2024, 2, 29))
    make.make_reading(Target.objects.get(code="retained"))

    new = copy_to_next_year(plan := Plan.objects.get())

    assert (new.year, new.title) == (2025, "铜梁区太平镇2025年耕地保护工作实施方案")
    assert (new.starts_on, new.ends_on) == (date(2025, 1, 1), date(2025, 2, 28))
    assert "〔2024〕36号" in new.note
    assert (
        Target.objects.get(plan=new, code="retained").wording
        == "到2025年底全镇耕地保有量不低于32202亩"
    )
    step = Milestone.objects.get(target__plan=new, target__code="restore", code="accept")
    assert (step.starts_on, step.due_on, step.actor) == (
        date(2025, 12, 1),
        date(2025, 12, 31),
        "DISTRICT",
    )
    assert Milestone.objects.get(target__plan=new, code="close").due_on is None
    assert Allocation.objects.filter(target__plan=new, lot="A").count() == 5
    top = WorkingGroup.objects.get(plan=new, parent=None)
    assert top.subgroups.filter(plan=new).count() == 4
    assert Membership.objects.filter(group__plan=new).count() == 40
    assert Target.objects.filter(plan=new, group__plan=new).count() == 8
    assert not Reading.objects.filter(target__plan=new).exists()
    assert Plan.objects.get(year=2024).title == plan.title
    with pytest.raises(CannotCopy, match="代码是 2025 的方案已经有了，没有复制"):
        copy_to_next_year(plan)
