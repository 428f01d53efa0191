"""问的是哪一年的方案、哪一天、哪种口径：地址、表单、命令行都在这里读，写法、限度、说法各处一样。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.utils import timezone

from taiping.ground.dates import parse_day
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
        year = self.text("year")
        for plan in plans:
            if str(plan.year) == year:
                return plan
        if year:
            self.wrong(f"没有“{year[:MOST_ECHOED]}”年度的方案", "下面是当前方案", "，")
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
    plans: tuple[Plan, ...] = ()  # 各年度的，新的在前
    problems: tuple[str, ...] = ()  # 写错的，一样一句话

    @classmethod
    def from_params(cls, given: Mapping[str, Any]) -> Self:
        """地址参数 year、on、basis。没写的是今天、按完成日期、那天的方案；写错的也这样，在 problems 里说明。"""
        params = Params(given)
        fields = cls.read(params)
        return cls(**fields, problems=tuple(params.problems))

    @classmethod
    def read(cls, params: Params) -> dict[str, Any]:
        today = timezone.localdate()
        on = params.day("on", "下面按今天显示") or today
        basis = params.basis()
        plans = list(Plan.objects.order_by("-year"))
        plan = params.plan(plans, on)
        return {"plan": plan, "on": on, "today": today, "basis": basis, "plans": tuple(plans)}

    @classmethod
    def from_options(
        cls, as_of: str | None = None, basis: str = DONE, year: int | None = None
    ) -> Self:
        """命令行的选项。写错了、没有方案抛 ValueError，说明是给人看的一句话。"""
        today = timezone.localdate()
        on = parse_day(as_of or "") or today
        plans = list(Plan.objects.order_by("-year"))
        plan = in_force([plan for plan in plans if year in (None, plan.year)], on)
        if plan is None and year:
            raise ValueError(f"没有{year}年度的方案。")
        if plan is None:
            raise ValueError("还没有年度方案，请先用 import_plan 导入。")
        return cls(plan=plan, on=on, today=today, basis=basis, plans=tuple(plans))

    @property
    def basis_text(self) -> str:
        return BASES[self.basis]
