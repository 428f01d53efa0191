"""问的是哪一年的方案、哪一天、哪种口径：地址、表单、命令行都在这里读，写法、限度、说法各处一样。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from taiping.ground import dates
from taiping.ground.dates import long_date, parse_day
from taiping.ground.rows import all_of
from tasks.models.plans import Plan, in_force

DONE, RECORDED = "done", "recorded"
BASES = {DONE: "按完成日期", RECORDED: "按录入日期"}
MOST_ECHOED = 20  # 提示里最多照写这么多个字


class Params:
    """地址参数：写错的一样记一句话，说清换成了什么。"""

    def __init__(self, given: Mapping[str, Any]):
        self.given = given
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        return str(self.given.get(name) or "").strip()

    def day(self, name: str, otherwise: str) -> date | None:
        """没写、写错了都是 None。"""
        try:
            return parse_day(self.text(name))
        except ValueError as refusal:
            self.wrong(str(refusal).removesuffix("。"), otherwise)
            return None

    def basis(self) -> str:
        basis = self.text("basis") or DONE
        if basis in BASES:
            return basis
        self.wrong(f"没有“{basis[:MOST_ECHOED]}”这种口径", "下面按完成日期显示", "，")
        return DONE

    def plan(self, plans: list[Plan], on: date) -> Plan | None:
        """plan 是代码，year 是年度（那一年最新的一份）；两样都没写是 on 那天的。"""
        code, year = self.text("plan"), self.text("year")
        if code:
            found = [plan for plan in plans if plan.code == code]
            missing = f"没有代码是“{code[:MOST_ECHOED]}”的方案"
        else:
            found = [plan for plan in plans if str(plan.year) == year]
            missing = f"没有“{year[:MOST_ECHOED]}”年度的方案"
        if found:
            return found[0]
        if code or year:
            self.wrong(missing, "下面是当前方案", "，")
        return in_force(plans, on)

    def wrong(self, sentence: str, otherwise: str, joint: str = "；"):
        self.problems.append(f"{sentence}{joint}{otherwise}。")


@dataclass(frozen=True, kw_only=True)
class Question:
    """on 是看的那天，today 是今天；plan 一份方案也没有时是 None。"""

    plan: Plan | None
    on: date
    today: date
    basis: str = DONE
    plans: tuple[Plan, ...] = ()  # 全部的，新的在前
    problems: tuple[str, ...] = ()  # 写错的，一样一句话

    @classmethod
    def from_params(cls, given: Mapping[str, Any]) -> Self:
        """地址参数 plan（或 year）、on、basis。没写的是今天、按完成日期、那天的方案；写错的也这样，在 problems 里说明。"""
        params = Params(given)
        fields = cls.read(params)
        return cls(**fields, problems=tuple(params.problems))

    @classmethod
    def read(cls, params: Params) -> dict[str, Any]:
        today = dates.today()
        on = params.day("on", "下面按今天显示") or today
        basis = params.basis()
        plans = all_of(Plan)
        plan = params.plan(plans, on)
        return {"plan": plan, "on": on, "today": today, "basis": basis, "plans": tuple(plans)}

    @classmethod
    def from_options(
        cls,
        as_of: str | None = None,
        basis: str = DONE,
        year: int | None = None,
        plan: str | None = None,
    ) -> Self:
        """命令行的选项；plan 是代码。写错了、没有方案抛 ValueError，说明是给人看的一句话。"""
        today = dates.today()
        on = parse_day(as_of or "") or today
        plans = all_of(Plan)
        if not plans:
            raise ValueError("还没有年度方案，请先用 import_plan 导入。")
        params = Params({"plan": plan, "year": year})
        chosen = params.plan(plans, on)
        if params.problems:
            known = "、".join(one.code for one in plans)
            raise ValueError(f"{params.problems[0].partition('，')[0]}。现有的代码：{known}。")
        return cls(plan=chosen, on=on, today=today, basis=basis, plans=tuple(plans))

    @property
    def basis_text(self) -> str:
        return BASES[self.basis]

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def not_begun(self) -> str:
        """看的那天方案还没有开始，说一声；开始了的是空。"""
        if self.plan is None or self.on >= self.plan.starts_on:
            return ""
        return (
            f"{self.plan}从{long_date(self.plan.starts_on)}开始，{long_date(self.on)}还没有开始。"
        )

    @property
    def usual_plan(self) -> Plan | None:
        """不说看哪一份时看的：今天已经开始的里面最新的。"""
        return in_force(self.plans, self.today)

    @property
    def older_plans(self) -> list[Plan]:
        """比看的这一份早开始的。"""
        return [plan for plan in self.plans if plan.starts_on < self.plan.starts_on]

    @property
    def context(self) -> dict[str, str]:
        """带到别的页去的地址参数：只有一份方案、看的是今天、默认的口径，都不用写。"""
        given = {}
        if len(self.plans) > 1:
            given["plan"] = self.plan.code
        if not self.is_today:
            given["on"] = self.on.isoformat()
        if self.basis != DONE:
            given["basis"] = self.basis
        return given
