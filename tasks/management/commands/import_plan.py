"""导入方案表（.xlsx、.xls）或方案数据（.json）：先检查，没有错才写。"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tasks import workbook
from tasks.workbook.summary import headline, lines
from villages.accounts.audit_actor import acting, named_user


class Command(BaseCommand):
    help = "导入年度方案：import_plan 方案.xlsx [--by 用户名] [--dry-run] [--delete-missing]"

    def add_arguments(self, parser):
        parser.add_argument(
            "file", type=Path, metavar="文件", help="export_plan 导出的 .xlsx 或 .json"
        )
        parser.add_argument(
            "--by", metavar="用户名", help="记在谁名下；添的步骤要给做过后面步骤的图斑补记时必填"
        )
        parser.add_argument("--dry-run", action="store_true", help="只说会改什么，不写")
        parser.add_argument(
            "--delete-missing",
            action="store_true",
            help="同时删去文件里没有的行（村、干部、监测除外）",
        )

        parser.add_argument("--code", default="", metavar="代码", help="当作这个代码的方案导入")
        parser.add_argument(
            "--same-plan", action="store_true", help="标题不一样也是同一份方案，改成文件里的标题"
        )

    def handle(self, *args, file, by, code, same_plan, dry_run, delete_missing, **options):
        by = named_user(by, "tasks.import_plan", "管理员")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"打不开 {file}：{error.strerror}。") from None
        try:
            with acting(by, command="import_plan"):
                review = workbook.import_plan(
                    content,
                    file.name,
                    by=by,
                    code=code,
                    retitles=same_plan,
                    dry_run=dry_run,
                    delete_missing=delete_missing,
                )
        except workbook.PlanFileError as refusal:
            for problem in refusal.problems:
                self.stderr.write(str(problem))
            raise CommandError(str(refusal), returncode=1) from None
        for line in lines(review, delete_missing=delete_missing):
            self.stdout.write(line)
        summary = headline(review.diff, delete_missing=delete_missing)
        self.stdout.write(
            f"试运行，没有写：{summary}。" if dry_run else f"{review.plan}：{summary}。"
        )
