"""把一份方案导出成方案表（.xlsx）或方案数据（.json）。"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from taiping.ground.tables import TableError
from tasks import workbook
from tasks.models import Plan


class Command(BaseCommand):
    help = "导出年度方案：export_plan 2024 -o 方案.xlsx（或 .json，loaddata 能直接用）"

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="代码", help="没有另给代码的，就是年度")
        parser.add_argument(
            "-o",
            "--output",
            required=True,
            type=Path,
            metavar="文件",
            help="以 .xlsx 或 .json 结尾",
        )

    def handle(self, *args, code, output, **options):
        plan = Plan.objects.filter(code=code).first()
        if plan is None:
            codes = "、".join(Plan.objects.values_list("code", flat=True)) or "还一份也没有"
            raise CommandError(f"没有代码是 {code} 的方案。现有的：{codes}。")
        if output.suffix.lower() not in (".xlsx", ".json"):
            raise CommandError(f"“{output.name}”要以 .xlsx 或 .json 结尾。")
        try:
            is_json = output.suffix.lower() == ".json"
            content = workbook.export_json(plan).encode() if is_json else workbook.export_xlsx(plan)
            output.write_bytes(content)
        except (TableError, OSError) as error:
            raise CommandError(f"没有导出：{error}") from None
        self.stdout.write(f"已把{plan}导出到 {output}。")
