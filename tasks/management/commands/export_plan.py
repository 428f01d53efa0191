"""把一份方案导出成方案表（.xlsx）或方案数据（.json）。"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from taiping.ground.tables import TableError
from tasks import workbook
from tasks.models import Plan


class Command(BaseCommand):
    help = (
        "导出年度方案：export_plan 2024 -o 方案.xlsx（或 .json，loaddata 能直接用）；"
        "空白的：export_plan --empty -o 空白方案.xlsx"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "code", nargs="?", default="", metavar="代码", help="没有另给代码的，就是年度"
        )
        parser.add_argument(
            "--empty", action="store_true", help="空白方案表：有说明和例子，新的镇照着填"
        )
        parser.add_argument(
            "-o",
            "--output",
            required=True,
            type=Path,
            metavar="文件",
            help="以 .xlsx 或 .json 结尾；空白的只有 .xlsx",
        )

    def handle(self, *args, code, empty, output, **options):
        if empty and code:
            raise CommandError("空白方案表不用写代码，两样只写一样。")
        plan = None if empty else found(code)
        suffixes = (".xlsx",) if empty else (".xlsx", ".json")
        if output.suffix.lower() not in suffixes:
            raise CommandError(f"“{output.name}”要以 {' 或 '.join(suffixes)} 结尾。")
        try:
            output.write_bytes(content_of(plan, output.suffix.lower()))
        except (TableError, OSError) as error:
            raise CommandError(f"没有导出：{error}") from None
        self.stdout.write(f"已把{plan or '空白方案表'}导出到 {output}。")


def found(code):
    if plan := Plan.objects.filter(code=code).first():
        return plan
    codes = "、".join(Plan.objects.values_list("code", flat=True)) or "还一份也没有"
    if code:
        raise CommandError(f"没有代码是 {code} 的方案。现有的：{codes}。")
    raise CommandError(f"没有写是哪份方案的代码。现有的：{codes}。要空白的，写 --empty。")


def content_of(plan, suffix):
    if plan is None:
        return workbook.blank_xlsx()
    is_json = suffix == ".json"
    return workbook.export_json(plan).encode() if is_json else workbook.export_xlsx(plan)
