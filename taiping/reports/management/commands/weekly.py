"""weekly：把某一天的周报写成 Excel，和网页下载的是同一份。"""

from django.core.management.base import BaseCommand

from taiping.progress.management.options import add_output, add_question, question_of, write_file
from taiping.reports.weekly import weekly_name, weekly_workbook


class Command(BaseCommand):
    help = "写一份周报（Excel）：总表、分村、时间节点、逾期和暂缓清单、明细、说明。"

    def add_arguments(self, parser):
        add_question(parser)
        add_output(parser, "周报.xlsx")

    def handle(self, *, as_of, basis, year, plan, output, **options):
        question = question_of(as_of, basis, year, plan)
        content = weekly_workbook(question.plan, question.on, basis)
        path = write_file(output, weekly_name(question.plan, question.on, basis), content)
        self.stdout.write(f"周报已写到 {path}，截至 {question.on}。")
