"""progress：任何一天的进度，表格或 JSON，和网页是同一个算法。"""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from plots.models.querysets import BASES
from taiping.progress.output import as_json, as_table
from taiping.progress.progress import progress
from tasks.models import Plan


class Command(BaseCommand):
    help = "显示某一天的进度（默认今天、按完成日期、当年方案）。"

    def add_arguments(self, parser):
        parser.add_argument("--as-of", metavar="日期", help="如 2024-10-20")
        parser.add_argument(
            "--basis",
            choices=list(BASES),
            default="done",
            help="done 按完成日期，recorded 按录入日期",
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")
        parser.add_argument("--year", type=int, metavar="年度", help="哪一年的方案")

    def handle(self, *, as_of, basis, format, year, **options):
        on = parsed_day(as_of)
        plan = Plan.objects.filter(year=year).first() if year else Plan.objects.current(on)
        if plan is None:
            raise CommandError(
                f"没有{year}年度的方案。" if year else "还没有年度方案，请先用 import_plan 导入。"
            )
        figures = progress(plan, on, basis)
        if format == "json":
            self.stdout.write(json.dumps(as_json(figures), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_table(figures))


def parsed_day(text):
    """命令行上的日期；空是今天，写错了说清楚。"""
    if not text:
        return timezone.localdate()
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}”不是日期，请写成 2024-10-20 这样。") from None
    if not 2000 <= on.year <= 2100:
        raise CommandError(f"“{text}”太远了，请填 2000 年到 2100 年之间的日期。")
    return on
