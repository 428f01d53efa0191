"""rollup：把各镇写出来的进度文件汇总成一本 Excel，给区里看。"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from taiping.ground.actors import actors, said
from taiping.progress.management.options import add_output, write_file
from taiping.reports.rollup import NothingToRead, read_folder, rollup_workbook

NAME = said("{区}汇总.xlsx")


class Command(BaseCommand):
    help = (
        "汇总下面各处的进度文件（progress --format json）：各处、各项任务，差的在前，哪些没有交。"
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="文件夹", help="放着 .json 文件的文件夹")
        add_output(parser, str(NAME))
        parser.add_argument(
            "--towns", metavar="名单", help="该交的名单，一行一个的文本文件；没有交的列出来"
        )

    def handle(self, *, folder, output, towns, **options):
        folder = Path(folder)
        if not folder.is_dir():
            raise CommandError(f"没有“{folder}”这个文件夹，请看看写得对不对。")
        try:
            rollup = read_folder(folder, _names(towns))
        except NothingToRead as problem:
            raise CommandError(str(problem)) from None
        path = write_file(output, str(NAME), rollup_workbook(rollup))
        self.stdout.write(
            f"汇总了 {len(rollup.towns)} 个{actors.town}，最新截至 {rollup.newest}，已写到 {path}。"
        )
        for town in rollup.stale:
            self.stderr.write(f"{town.name}的截至 {town.on}，不是最新的。")
        for name in rollup.missing:
            self.stderr.write(f"{name}没有收到。")
        for name, why in rollup.unread:
            self.stderr.write(f"{name} 没有读：{why}。")


def _names(path):
    if not path:
        return []
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(
            f"读不了名单“{path}”（{problem.__class__.__name__}），请用 UTF-8 的文本文件，一行一个{actors.town}。"
        ) from None
    return [line.strip() for line in text.splitlines() if line.strip()]
