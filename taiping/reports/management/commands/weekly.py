"""weekly：把某一天的周报写成 Excel，和网页下载的是同一份。"""

from django.core.management.base import BaseCommand

from taiping.progress.management.options import add_options, asked_plan, write_file
from taiping.reports.weekly import weekly_name, weekly_workbook


class Command(BaseCommand):
    help = "写一份周报（Excel）：总表、分村、时间节点、逾期和暂缓清单、明细、说明。"

    def add_arguments(self, parser):
        add_options(parser, "周报.xlsx")

    def handle(self, *, as_of, basis, year, output, **options):
        plan, on = asked_plan(as_of, year)
        path = write_file(output, weekly_name(on, basis), weekly_workbook(plan, on, basis))
        self.stdout.write(f"周报已写到 {path}，截至 {on}。")
