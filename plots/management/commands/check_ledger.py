"""复核台账：把每块图斑的整改记录从头算一遍，和存下的状态、下一步比，有一处不同就报出来。"""

from django.core.management.base import BaseCommand, CommandError

from plots.ledger import all_differences
from plots.models import Patch


class Command(BaseCommand):
    help = "按整改记录复核每块图斑的状态和下一步；对不上的逐条列出，退出码 1。"

    def handle(self, *args, **options):
        found = 0
        for patch, sentence in all_differences():
            found += 1
            self.stdout.write(f"图斑 {patch.code}（第 {patch.pk} 号）：{sentence}。")
        if found:
            raise CommandError(f"共 {found} 处对不上，请把上面的清单交给管理员核对。", returncode=1)
        self.stdout.write(f"复核了 {Patch.objects.count()} 块图斑，状态和下一步都与记录一致。")
