"""通报的公文格式要的几样：红头、文号、成文日期、版记；没填的用方案和今天的。"""

from dataclasses import dataclass
from datetime import date
from typing import Self

from taiping.ground import dates
from taiping.ground.dates import long_date
from tasks.models import Plan


@dataclass
class Letter:
    """都是写好的；draws_head 是画不画红头，不画的留出一样大的空（用红头纸）。"""

    issuer: str
    mark: str  # 发文机关标志，红头上的字
    number: str
    signed_on: date
    draws_head: bool = True
    copies: str = ""  # 抄送；空的不写这一行
    printer: str = ""  # 印发机关
    printed_on: date | None = None

    @classmethod
    def of(cls, plan: Plan, given: dict | None = None) -> Self:
        """given 是填的（BulletinForm 的 cleaned_data），没填的：单位是方案的，日期是今天，文号留空位手填。"""
        given = given or {}
        issuer = given.get("issuer") or plan.issuer
        signed_on = given.get("signed_on") or dates.today()
        copies = (given.get("copies") or "").rstrip("。，,")
        return cls(
            issuer=issuer,
            mark=given.get("mark") or (f"{issuer}文件" if issuer else ""),
            number=given.get("number") or f"〔{signed_on.year}〕　　号",
            signed_on=signed_on,
            draws_head=given.get("head") != "blank",
            copies=f"{copies}。" if copies else "",
            printer=given.get("printer") or issuer,
            printed_on=given.get("printed_on") or signed_on,
        )

    def doubts(self, on: date) -> list[str]:
        """日期前后对不上的，每处一句话；on 是数据截至哪天。"""
        found = []
        signed, printed = long_date(self.signed_on), self.printed_on
        if self.signed_on < on:
            found.append(f"成文日期 {signed}早于数据截至的 {long_date(on)}，请核对。")
        if printed and printed < self.signed_on:
            found.append(f"印发日期 {long_date(printed)}早于成文日期 {signed}，请核对。")
        return found
