"""prune_audit：删去太早的审计记录；至少留 180 天，想删得更近也不行。"""

from datetime import timedelta

from auditlog.models import LogEntry
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from taiping.audit.models import Access

MIN_DAYS = 180


class Command(BaseCommand):
    help = f"删去 --days 天以前的修改记录和访问记录，最少留 {MIN_DAYS} 天。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--days",
            type=int,
            required=True,
            metavar="天数",
            help=f"留最近多少天，不少于 {MIN_DAYS}",
        )
        parser.add_argument("--dry-run", action="store_true", help="只说会删多少，不删")

    def handle(self, *args, days, dry_run, **options):
        if not MIN_DAYS <= days <= 36500:
            raise CommandError(
                f"--days {days} 不行：审计记录至少留 {MIN_DAYS} 天，请写 {MIN_DAYS} 到 36500 之间的数。"
            )
        before = timezone.now() - timedelta(days=days)
        for word, old in (
            ("修改记录", LogEntry.objects.filter(timestamp__lt=before)),
            ("访问记录", Access.objects.filter(at__lt=before)),
        ):
            count = old.count() if dry_run else old.delete()[0]
            self.stdout.write(
                f"{'会删去' if dry_run else '已删去'} {timezone.localdate(before)} 以前的{word} {count} 条。"
            )
