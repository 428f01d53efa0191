"""总览、村页、通报的地址里问的：在哪一天以外，还有和哪一天比、列不列全部的村；以及换一项再问的地址。"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from taiping.ground.dates import date_beside, long_date
from tasks.models.question import DONE, Params, Question

WEEK, MONTH, NOTHING = "week", "month", "none"


@dataclass(frozen=True, kw_only=True)
class DashboardQuery(Question):
    since: date | str = WEEK  # 和上周、和上月、不比，或和哪一天比
    villages: str = ""  # all：列出全部的村

    @classmethod
    def read(cls, params: Params) -> dict[str, Any]:
        fields = super().read(params)
        villages = "all" if params.text("villages") == "all" else ""
        return {**fields, "since": cls._since(params, fields["on"]), "villages": villages}

    @staticmethod
    def _since(params: Params, on: date) -> date | str:
        if params.text("since") in (MONTH, NOTHING, WEEK):
            return params.text("since")
        day = params.day("since", "下面和上周比")
        if day and day >= on:
            params.wrong("比较的日期要早于看的日期", "下面和上周比", "，")
            return WEEK
        return day or WEEK

    @property
    def before(self) -> date | None:
        """拿来比的那一天；不比是 None。"""
        if self.since == NOTHING:
            return None
        if self.since == MONTH:
            return self.month_before
        return self.on - timedelta(days=7) if self.since == WEEK else self.since

    @property
    def since_words(self) -> str:
        """“比上周”“比上月”“比9月25日”。"""
        named = {WEEK: "上周", MONTH: "上月"}
        return f"比{named.get(self.since) or date_beside(self.since, self.on)}"

    @property
    def before_query(self) -> str:
        """拿来比的那一天的同一页。"""
        return self.at(self.before)

    @property
    def month_before(self) -> date:
        last = self.on.replace(day=1) - timedelta(days=1)
        return last.replace(day=min(self.on.day, last.day))

    @property
    def notices(self) -> list[str]:
        """这一天在方案的年度以外时要说的话。"""
        if self.plan is None:
            return []
        if self.on > self.plan.ends_on:
            return [
                f"{self.plan}已于{long_date(self.plan.ends_on)}结束，下面是结束以后的情况，没完成、也没有暂缓的都算逾期。"
            ]
        return [self.not_begun] if self.not_begun else []

    def at(self, day: date) -> str:
        """同样的口径和比较，换一天看；比较的日期不早于那天的去掉。"""
        return self.query(on=day.isoformat(), since=self._since_before(day))

    def _since_before(self, day: date) -> date | str:
        if isinstance(self.since, date):
            return self.since if self.since < day else ""
        return self._asked_since

    @property
    def today_query(self) -> str:
        """看今天：地址里不写日期，明天打开就是明天。"""
        return self.query(on="", since=self._since_before(self.today))

    @property
    def screen_query(self) -> str:
        """大屏整天开着：看今天的不写日期，过了半夜自己换成新的一天。"""
        on = "" if self.is_today else self.on
        return self.query(on=on, since="", villages="")

    @property
    def week_query(self) -> str:
        return self.query(since="")

    @property
    def month_query(self) -> str:
        return self.query(since=MONTH)

    @property
    def alone_query(self) -> str:
        """不比。"""
        return self.query(since=NOTHING)

    @property
    def _asked_since(self) -> date | str:
        """地址里写的：和上周比是默认的，不写。"""
        return "" if self.since == WEEK else self.since

    @property
    def ledger(self) -> str:
        """台账里同一份方案、同一天、同一口径的地址，后面接 &state=… 等条件。"""
        basis = f"&basis={self.basis}" if self.basis != DONE else ""
        return f"{reverse('plots:patch_list')}?plan={self.plan.code}&on={self.on}{basis}"

    def query(self, **changes: date | str) -> str:
        """同一页换一项后的地址参数。日期总是写上：发给别人的链接，明天点开还是这一天；默认的口径不写。"""
        values = {
            "plan": self.plan.code if self.plan else "",
            "on": self.on,
            "basis": self.basis if self.basis != DONE else "",
            "since": self._asked_since,
            "villages": self.villages,
        }
        values |= changes
        return "?" + "&".join(f"{name}={value}" for name, value in values.items() if value)
