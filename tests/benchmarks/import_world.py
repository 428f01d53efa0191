"""导入十万行要用的：表、任务、村，和从头到尾导一份。"""

from io import BytesIO

from django.core.files.base import ContentFile
from openpyxl import Workbook

from plots.importing import apply_batch, preview
from plots.models import Batch
from tests.worlds.factories import make_milestone, make_plan, make_target, make_village

ROWS = 100_000
HEAD = [
    "序号",
    "村",
    "图斑编号",
    "面积（亩）",
    "小地名",
    "承包人",
    "变化前地类",
    "变化后地类",
    "备注",
]


def table(place, *, larger=0):
    """一张十万行九列的表，小地名都以 place 开头；每块比原来大 larger 亩。"""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("图斑")
    sheet.append(HEAD)
    for n in range(ROWS):
        area = 0.5 + n % 900 / 100 + larger
        sheet.append(
            [
                n + 1,
                f"第{n % 30}村",
                f"T{n:07d}",
                area,
                f"{place}{n % 500}",
                "张三",
                "旱地",
                "其他草地",
                "",
            ]
        )
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def make_world():
    """三十个村、一项任务。"""
    for n in range(30):
        make_village(f"第{n}村", order=n)
    target = make_target(make_plan(2024))
    make_milestone(target)
    return target


def bring_in(target, content, by):
    """读、检查、和系统里的比、写入，和 import_patches 命令一样。"""
    batch = Batch.objects.create(
        target=target, by=by, name="十万.xlsx", file=ContentFile(content, name="big.xlsx")
    )
    review = preview(batch, by=by)
    if not review.is_empty:
        apply_batch(batch, by=by, review=review)
    return batch
