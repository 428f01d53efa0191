"""六个编出来的镇，六种方案：粮食、工程、专项行动、巡查、到户的清单、另一个省的二十六个村。

镇名、村名、人名都是编的。方案照办事员填的方案表写，从真的导入进来；事由真的动作办，日期都定死。
每个镇看三天：还没有数的一天 BEFORE、走到一半有一步截止过了的一天 MIDDLE、全过去以后的一天 AFTER；
那三天该有的数用手算好，写在各自的 FIGURES 里；那个镇的人会写的几句话在 SENTENCES 里。
"""

import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
from django.utils import timezone

from plots import actions
from plots.models import Patch
from tasks import workbook
from tasks.models import Duty, DutyEntry, Plan
from tasks.workbook.columns import BY_TITLE
from tests.worlds.factories import make_reading, make_user
from tests.worlds.town import Town
from villages.models import Role, Village


@dataclass(frozen=True)
class Figure:
    """一项任务在一天该有的数。

    value 是数量（靠图斑的是核实的亩数），没有数是 None；state、reason 是任务的状态和为什么；count 是核实的个数；
    villages 是各村的数（靠图斑的是上报的亩数），没有数的村不写；
    overdue、silent 是逾期的、截止过了还没有报数的步骤的名字。
    """

    value: str | None = None
    state: str = "NO_DATA"
    reason: str = ""
    count: int = 0
    villages: dict[str, str] = field(default_factory=dict)
    overdue: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def moment(day):
    """那天中午。"""
    return timezone.make_aware(datetime.combine(day, time(12)))


def book(plan, **sheets):
    """办事员填的方案表 → xlsx 的 bytes：plan 是“方案”那张的 {项目: 内容}；别的表各给 (填了的表头, *行)。

    表头照空的方案表全写上，没填的列空着。
    """
    made = openpyxl.Workbook()
    first = made.active
    first.title = "方案"
    for row in (("项目", "内容"), *plan.items()):
        first.append(row)
    for title, (filled, *rows) in sheets.items():
        sheet = made.create_sheet(title)
        headers = [column.header for column in BY_TITLE[title].sheet_columns]
        sheet.append(headers)
        for row in rows:
            told = dict(zip(filled.split(), row, strict=True))
            assert set(told) <= set(headers), told
            sheet.append([told.get(header) for header in headers])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def records(*rows):
    """方案的 JSON：每行 (模型, {字段: 值})。"""
    found = [{"model": f"{model}", "fields": fields} for model, fields in rows]
    return json.dumps(found, ensure_ascii=False).encode()


class PlanTown(Town):
    """一个镇：装进方案，发镇里的账号、每村一位支书。各镇写 NAME、MERIDIAN、content()、live()。"""

    NAME = "甲镇"
    MERIDIAN = 0
    FILE = "方案.xlsx"

    def __init__(self):
        workbook.import_plan(self.content(), self.FILE)
        super().__init__(Plan.objects.get())
        self.clerk = make_user("clerk", role=Role.STAFF, name="甲办事员")
        self.checker = make_user("checker", role=Role.STAFF, name="乙办事员")
        self.add_mayor()
        self.add_admin()
        self.villages = list(Village.objects.all())
        for number, village in enumerate(self.villages, 1):
            self.secretaries[village.pk] = make_user(
                f"secretary{number:02d}", villages=[village], name=f"{village.name}支书"
            )
        self.live()

    @staticmethod
    def content() -> bytes:
        raise NotImplementedError

    def live(self) -> None:
        """这一年的事。"""

    def village(self, name):
        return next(village for village in self.villages if village.name == name)

    def target(self, code):
        return self.plan.targets.get(code=code)

    def read(self, code, on, value, village="", entered=None):
        """录一个监测数：写了村的由支书录，全镇的由镇里录；没说哪天录的，当天录。"""
        place = self.village(village) if village else None
        by = self.secretaries[place.pk] if place else self.clerk
        given = {
            "value": Decimal(value),
            "village": place,
            "source": "镇农业服务中心统计",
            "by": by,
        }
        make_reading(self.target(code), on=on, created_at=moment(entered or on), **given)

    def add(self, code, village, number, area, on, *, by=None, **given):
        """添加一块图斑，从那天算起。"""
        given |= {"code": number, "area_mu": Decimal(area), "at": moment(on)}
        place = self.village(village)
        return actions.add_patch(self.target(code), place, by=by or self.clerk, **given)

    def report(self, number, on, step=None, *, by=None):
        """报一步：没说谁报的，是村支书。"""
        patch = Patch.objects.get(code=number)
        by = by or self.secretaries[patch.village_id]
        self.act("report", patch, by=by, on=on, at=moment(on), step=step)

    def confirm(self, number, on):
        self.act("confirm", number, by=self.checker, on=on, at=moment(on))

    def did(self, code, village, on, count=1, **given):
        """常态工作记一次；没写村的是镇里的。"""
        place = self.village(village) if village else None
        by = self.secretaries[place.pk] if place else self.clerk
        given = {"by": by, "created_at": moment(on), **given}
        duty = Duty.objects.get(plan=self.plan, code=code)
        return DutyEntry.objects.create(duty=duty, village=place, on=on, count=count, **given)


def day(text):
    """“3-15”是 2026 年的，“2027-1-10”照写。"""
    parts = [int(part) for part in text.split("-")]
    return date(*parts) if len(parts) == 3 else date(2026, *parts)
