"""通报：由某日的数写成的公文，网页预览和 Word 是同一份内容。"""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from taiping.progress.snapshot import snapshot
from taiping.progress.words import name_suffix
from taiping.reports.bulletin.blocks import Heading, Paragraph, Table
from taiping.reports.bulletin.sections import sections
from tasks.models import Plan

SUBJECT = "关于全镇耕地保护工作进展情况的通报"


@dataclass
class Bulletin:
    number: str  # 发文字号；没有编号的留空位手填
    issuer: str
    addressee: str
    blocks: list[Heading | Paragraph | Table]
    dated_on: date
    has_demo: bool
    title: list[str] = field(default_factory=list)  # 标题按词意分行

    def __post_init__(self):
        self.title = [line for line in (self.issuer, SUBJECT) if line]


def write_bulletin(
    plan: Plan, on: date, basis: str = "done", *, number: str = "", issuer: str | None = None
) -> Bulletin:
    """全部数字出自一次取数；issuer 空着用方案的发文单位，number 空着留给人手填。"""
    with snapshot(plan, on, basis) as shot:
        return Bulletin(
            number=number.strip() or f"〔{shot.taken_at.year}〕　　号",
            issuer=plan.issuer if issuer is None else issuer.strip(),
            addressee="各村（社区）：",
            blocks=sections(shot),
            dated_on=shot.taken_at.date(),
            has_demo=shot.has_demo,
        )


def bulletin_name(on: date, basis: str = "done") -> str:
    """文件名：太平镇耕地保护工作通报_2024-10-20.docx；按录入日期的写明，两份不会互相盖掉。"""
    return f"{settings.TOWN_NAME}耕地保护工作通报_{on.isoformat()}{name_suffix(basis)}.docx"
