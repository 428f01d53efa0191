"""通报：由某日的数写成的公文，网页预览和 Word 是同一份内容。"""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from taiping.ground.actors import actors
from taiping.progress.snapshot import snapshot
from taiping.progress.words import name_suffix
from taiping.reports.bulletin.annexes import Annex, annexes
from taiping.reports.bulletin.blocks import Heading, Paragraph, Table
from taiping.reports.bulletin.letter import Letter
from taiping.reports.bulletin.problems import named
from taiping.reports.bulletin.sections import sections
from tasks.models import Plan


@dataclass
class Bulletin:
    letter: Letter
    subject: str  # 关于……的通报
    addressee: str
    blocks: list[Heading | Paragraph | Table]
    annexes: list[Annex]
    has_demo: bool
    title: list[str] = field(default_factory=list)  # 标题按词意分行

    def __post_init__(self):
        self.title = [line for line in (self.letter.issuer, self.subject) if line]


def write_bulletin(
    plan: Plan,
    on: date,
    basis: str = "done",
    *,
    before: date | None = None,
    letter: Letter | None = None,
) -> Bulletin:
    """全部数字出自一次取数；before 是上期截至哪天，没有就不比；letter 没给就用方案的发文单位和今天。"""
    with snapshot(plan, on, basis, before=before) as shot:
        found = named(shot)
        attached = annexes(shot, found)
        return Bulletin(
            letter=letter or Letter.of(plan),
            subject=f"关于全{actors.town}{plan.subject}工作进展情况的通报",
            addressee="各村：",
            blocks=sections(shot, found, attached),
            annexes=attached,
            has_demo=shot.has_demo,
        )


def bulletin_name(plan: Plan, on: date, basis: str = "done") -> str:
    """文件名：甲镇耕地保护工作通报_2024-10-20.docx；按录入日期的写明，两份不会互相盖掉。"""
    return f"{settings.TOWN_NAME}{plan.subject}工作通报_{on.isoformat()}{name_suffix(basis)}.docx"
