"""check_files：上传的文件和记录对一遍，列出没有记录的文件、不在了的文件；加 --delete 才删没有记录的。"""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from taiping.operations.stored_files import compare

MB = 1024 * 1024


class Command(BaseCommand):
    help = "列出没有记录的上传文件（保存到一半断电留下的）和记录还在而文件不在的；加 --delete 删掉没有记录的。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--delete", action="store_true", help="删掉没有记录的文件；不加只列出来"
        )
        parser.add_argument(
            "--hours",
            type=int,
            default=1,
            metavar="小时",
            help="只看这么久以前写的，默认 1；正在保存的不算",
        )

    def handle(self, *args, delete, hours, **options):
        if not 1 <= hours <= 100_000:
            raise CommandError(
                f"--hours {hours} 不行，请写 1 到 100000：刚写的文件，记录可能还没有存完。"
            )
        orphans, lost = compare(timedelta(hours=hours))
        for orphan in orphans:
            self.stdout.write(f"{orphan.size:>12,}  {orphan.name}")
        deleted = [orphan for orphan in orphans if self.drop(orphan)] if delete else []
        for entry in lost:
            self.stderr.write(f"提醒：{entry} 记在数据库里，文件已经不在了，请从备份里找回。")
        self.stdout.write(self.summary(orphans, deleted, delete))

    def drop(self, orphan):
        try:
            orphan.storage.delete(orphan.name)
        except OSError as error:
            self.stderr.write(f"没有删掉 {orphan.name}：{error.strerror}。")
            return False
        return True

    def summary(self, orphans, deleted, delete):
        if not orphans:
            return "上传的文件都有记录。"
        size = sum(orphan.size for orphan in orphans) / MB
        if not delete:
            return f"没有记录的文件有 {len(orphans)} 个，共 {size:.1f} MB，见上。确实不要，加 --delete 再运行一次。"
        freed = sum(orphan.size for orphan in deleted) / MB
        return (
            f"没有记录的文件有 {len(orphans)} 个，已删掉 {len(deleted)} 个，腾出 {freed:.1f} MB。"
        )
