"""公示表里写什么：一条标准一张表，村、面积或个数、标准、金额；只列得了奖补的村。"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django import forms

from taiping.ground.dates import long_date
from taiping.ground.form_fields import DayField
from taiping.ground.money import yuan
from taiping.subsidies.figures import Account, SubsidyFigures, VillageRow
from tasks.models import Subsidy

BLANK_DAYS = "公示期：　　　年　　月　　日至　　　年　　月　　日"


class NoticeForm(forms.Form):
    """公示从哪天起、几天；系统不替人定天数，空着就印出来手写。"""

    begins = DayField(label="公示从哪天起", required=False)
    days = forms.IntegerField(
        label="公示几天",
        required=False,
        min_value=1,
        max_value=366,
        error_messages={
            "invalid": "请填整数，如 7。",
            "min_value": "请填 1 到 366 的整数。",
            "max_value": "请填 1 到 366 的整数。",
        },
    )

    @property
    def days_words(self) -> str:
        """“公示期：2024年12月1日至2024年12月7日，共7天”；没有填全的留着空，手写。"""
        begins, days = (self.cleaned_data.get(name) for name in ("begins", "days"))
        if not begins or not days:
            return BLANK_DAYS
        last = begins + timedelta(days=days - 1)
        return f"公示期：{long_date(begins)}至{long_date(last)}，共{days}天"


@dataclass(frozen=True)
class NoticeRow:
    village: str
    number: Decimal | int  # 亩或个
    amount: Decimal
    remark: str


@dataclass(frozen=True)
class NoticeTable:
    """一条标准的公示表。"""

    subsidy: Subsidy
    rows: list[NoticeRow]
    number: Decimal | int
    amount: Decimal

    @property
    def by_area(self) -> bool:
        return self.subsidy.per == Subsidy.Per.MU

    @property
    def unit(self) -> str:
        return self.subsidy.get_per_display()

    @property
    def measured(self) -> str:
        """那一列叫什么：“完成面积（亩）”“完成个数（个）”。"""
        return f"完成{'面积' if self.by_area else '个数'}（{self.unit}）"


def tables_of(account: Account) -> list[NoticeTable]:
    """填了标准的，一条一张；一个村也没有得的不列。"""
    tables = [_table(figures) for figures in account.filled]
    return [table for table in tables if table.rows]


def _table(figures: SubsidyFigures) -> NoticeTable:
    by_area = figures.subsidy.per == Subsidy.Per.MU
    rows = [_row(row, by_area) for row in figures.rows if row.earned]
    number = figures.done.amount if by_area else figures.done.count
    return NoticeTable(figures.subsidy, rows, number, figures.earned)


def _row(row: VillageRow, by_area: bool) -> NoticeRow:
    number = row.done.amount if by_area else row.done.count
    remark = f"封顶，未封顶是 {yuan(row.uncapped)} 元" if row.is_capped else ""
    return NoticeRow(row.village.name, number, row.earned, remark)


def notice_name(on: date) -> str:
    return f"奖补资金公示表（截至{on:%Y-%m-%d}）.xlsx"
