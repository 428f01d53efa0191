"""progress：任何一天的进度，表格或 JSON，和网页是同一个算法。"""

import json

from django.core.management.base import BaseCommand

from taiping.progress.management.options import add_question, question_of
from taiping.progress.output import as_json, as_table
from taiping.progress.progress import plan_progress


class Command(BaseCommand):
    help = "显示某一天的进度（默认今天、按完成日期、当年方案）。"

    def add_arguments(self, parser):
        add_question(parser)
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *, as_of, basis, format, year, plan, **options):
        question = question_of(as_of, basis, year, plan)
        progress = plan_progress(question.plan, question.on, basis)
        if format == "json":
            self.stdout.write(json.dumps(as_json(progress), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_table(progress))
