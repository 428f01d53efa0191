"""命令行共用的几样：哪一天、哪种口径、哪一年的方案、写到哪里。"""

from pathlib import Path

from django.core.management.base import CommandError

from plots.models.querysets import BASES
from taiping.progress.management.commands.progress import parsed_day
from tasks.models import Plan


def add_options(parser, example):
    parser.add_argument("--as-of", metavar="日期", help="截至哪一天，如 2024-10-20；不写就是今天")
    parser.add_argument(
        "--basis", choices=list(BASES), default="done", help="done 按完成日期，recorded 按录入日期"
    )
    parser.add_argument("--year", type=int, metavar="年度", help="哪一年的方案；不写就是那天的")
    parser.add_argument(
        "-o",
        "--output",
        metavar="文件",
        required=True,
        help=f"写到哪里，如 {example}；给文件夹就用默认的文件名",
    )


def asked_plan(as_of, year):
    """→ (方案, 日期)；没有方案就说清楚。"""
    on = parsed_day(as_of)
    plan = Plan.objects.filter(year=year).first() if year else Plan.objects.current(on)
    if plan is None:
        raise CommandError(
            f"没有{year}年度的方案。" if year else "还没有年度方案，请先用 import_plan 导入。"
        )
    return plan, on


def write_file(output, name, content):
    """把字节写到 output（文件夹就用 name）；写不了就说哪里写不了、怎么办。返回路径。"""
    path = Path(output)
    path = path / name if path.is_dir() else path
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(
            f"写不了“{path}”（{error.strerror}），请换一个已经有的文件夹，或先关掉正打开的文件。"
        ) from None
    return path
