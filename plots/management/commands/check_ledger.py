"""复核台账：把每块图斑的整改记录从头算一遍，和存下的状态、下一步比，有一处不同就报出来。"""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from plots.actions.plan_changes import follow
from plots.actions.transaction import lock
from plots.ledger.replay import all_differences, settle
from plots.models import Patch
from tasks.models import Target
from villages.accounts.audit_actor import acting, named_user


class Command(BaseCommand):
    help = "按整改记录复核每块图斑的状态和下一步；对不上的逐条列出，退出码 1。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--fix",
            action="store_true",
            help="把对不上的状态和下一步按记录重算；记录本身不动。",
        )
        parser.add_argument(
            "--by",
            metavar="用户名",
            help="和 --fix 一起用：以前方案中间添过步骤的，给做过后面步骤的图斑补记，记在谁名下",
        )

    def handle(self, *, fix, by, **options):
        by = named_user(by, "tasks.import_plan", "管理员")
        found = self.listed()
        if found and fix:
            for pk in sorted(found):
                with transaction.atomic():
                    settle(lock(Patch(pk=pk)))
            self.follow(found, by)
            self.stdout.write(f"已重算 {len(found)} 块图斑，再复核一遍：")
            found = self.listed()
        if found:
            raise CommandError(
                f"共 {len(found)} 块图斑对不上，请把上面的清单交给管理员核对。", returncode=1
            )
        self.stdout.write(f"复核了 {Patch.objects.count()} 块图斑，状态和下一步都与记录一致。")

    def follow(self, found, by):
        """后面的步骤有记录、前面的没有：补记，和现在改方案时一样。"""
        if by is None:
            return
        targets = Target.objects.filter(patches__in=found).distinct()
        with acting(by, command="check_ledger"):
            for effect in follow(targets, by=by):
                self.stdout.write(str(effect))

    def listed(self):
        """对不上的图斑的主键；每一处写一行。"""
        found = set()
        for patch, sentence in all_differences():
            found.add(patch.pk)
            self.stdout.write(f"图斑 {patch.code}（第 {patch.pk} 号）：{sentence}。")
        return found
