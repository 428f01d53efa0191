"""命令行共用的几样：哪一天、哪种口径、哪一年的方案、写到哪里。"""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import CommandError

from tasks.models.question import BASES, DONE, Question


def add_question(parser: ArgumentParser) -> None:
    parser.add_argument("--as-of", metavar="日期", help="截至哪一天，如 2024-10-20；不写就是今天")
    parser.add_argument(
        "--basis", choices=list(BASES), default=DONE, help="done 按完成日期，recorded 按录入日期"
    )
    add_plan(parser)


def add_plan(parser: ArgumentParser) -> None:
    parser.add_argument("--plan", metavar="代码", help="哪一份方案；不写就是那天的")
    parser.add_argument("--year", type=int, metavar="年度", help="那一年最新的一份方案")


def add_output(parser: ArgumentParser, example: str) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="文件",
        required=True,
        help=f"写到哪里，如 {example}；给文件夹就用默认的文件名",
    )


def question_of(as_of: str | None, basis: str, year: int | None, plan: str | None) -> Question:
    """写错了、没有方案就说清楚。"""
    try:
        return Question.from_options(as_of, basis, year, plan)
    except ValueError as refusal:
        raise CommandError(str(refusal)) from None


def write_file(output: str, name: str, content: bytes) -> Path:
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
