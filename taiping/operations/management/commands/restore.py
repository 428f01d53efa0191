"""restore：用备份恢复。先核对每一项的哈希，有一处不对就什么也不改。"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from plots.ledger.replay import all_differences
from taiping.demo import day
from taiping.operations.backup import ArchiveError, restore
from taiping.operations.management.commands.backup import summary


class Command(BaseCommand):
    help = "恢复：restore 备份.zip；已经有数据的，先停下服务、备份现在的，再加 --replace 换掉。"
    requires_system_checks = ()  # 表可能还没建

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="文件", help="backup 做的备份")
        parser.add_argument("--replace", action="store_true", help="现有数据全部换成备份里的")

    def handle(self, *args, file, replace, **options):
        try:
            manifest = restore(file, replace=replace)
        except ArchiveError as error:
            raise CommandError(str(error), returncode=1) from None
        made_at = timezone.localtime(parse_datetime(manifest["made_at"]))
        self.stdout.write(
            f"已恢复到 {made_at:%Y-%m-%d %H:%M}：{summary(manifest)}。所有人都要重新登录。"
        )
        if sentence := day.follow(manifest.get("demo_day")):
            self.stdout.write(sentence)
        wrong = [f"图斑 {patch.code}：{sentence}" for patch, sentence in all_differences()]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            self.stdout.write(f"复核台账：有 {len(wrong)} 处对不上，见上。")
        else:
            self.stdout.write("复核台账：状态和下一步都与记录一致。")
