"""每天送一次提醒：放进 cron 或 Windows 的任务计划程序，早上运行；同一天再运行也只送一次。"""

from django.core.management.base import BaseCommand

from taiping.ground import dates
from taiping.reminders.sending import remind


class Command(BaseCommand):
    help = "给每个人送今天的提醒：邮件给本人，群机器人只说几个数；同一天只送一次。"

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="只说会给谁送什么，不送，也不记")

    def handle(self, *, dry_run, **options):
        for sentence in remind(dates.today(), is_trial=dry_run):
            self.stdout.write(sentence)
