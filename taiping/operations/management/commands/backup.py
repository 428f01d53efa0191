"""backup：数据库和上传的文件做成一个文件，系统照常用；--dir 做带日期的，只留最新几份。"""

import signal
import sys
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from taiping.operations.backup import ArchiveError, make_backup, rotate


class Command(BaseCommand):
    help = "备份：backup 文件.zip；或 backup --dir 文件夹 --keep 30，每次一份带日期的，只留最新 30 份。"

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", type=Path, metavar="文件", help="备份写到哪里，如 gengdi.zip"
        )
        parser.add_argument(
            "--dir", type=Path, metavar="文件夹", help="写成带日期时间的文件，放在这个文件夹"
        )
        parser.add_argument(
            "--keep", type=int, default=30, metavar="份数", help="文件夹里只留最新几份，默认 30"
        )
        parser.add_argument(
            "--name",
            default="gengdi",
            metavar="名字",
            help="文件名开头，默认 gengdi；几个镇共用文件夹时分开",
        )

    def handle(self, *args, file, dir, keep, name, **options):
        if bool(file) == bool(dir):
            raise CommandError(
                "请写一个文件（backup 备份.zip），或一个文件夹（backup --dir 文件夹），只写一样。"
            )
        if keep < 1:
            raise CommandError(f"--keep {keep} 不对，至少留 1 份。")
        try:
            with tidy_when_stopped():
                if dir:
                    path, manifest, removed = rotate(dir, name, keep)
                else:
                    path, manifest, removed = file, make_backup(file), []
        except ArchiveError as error:
            raise CommandError(str(error), returncode=1) from None
        size = path.stat().st_size / 1024 / 1024
        proven = "逐项核对过，并在一个临时数据库里装过一遍"
        self.stdout.write(f"已备份到 {path}（{size:.1f} MB）：{summary(manifest)}，{proven}。")
        for lost in manifest["missing"]:
            self.stderr.write(f"提醒：{lost} 记在数据库里，文件却已经不在了，没有备份到。")
        for old in removed:
            self.stdout.write(f"已删除旧备份 {old.name}。")


@contextmanager
def tidy_when_stopped():
    """被叫停（SIGTERM）也照 Ctrl+C 收尾：删掉写到一半的和临时的数据库。"""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def summary(manifest):
    rows = sum(table["rows"] for table in manifest["tables"].values())
    files = sum(name.startswith("media/") for name in manifest["entries"])
    return f"{len(manifest['tables'])} 张表 {rows} 行，{files} 个文件"
