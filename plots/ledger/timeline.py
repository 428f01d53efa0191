"""时间线：一块图斑的全部记录，新的在前；撤回的划掉，更正换下来的另放一处，一条也不丢。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from plots.models import Kind, Patch, RectificationRecord
from taiping.ground.dates import long_date

ON_THE_WAY = timedelta(minutes=30)  # 传到要的工夫
SHOWS_STEP = (Kind.REPORT, Kind.PASS, Kind.RETURN)
SHOWS_AREA = (Kind.REPORT, Kind.PASS, Kind.EXEMPT)


@dataclass
class Event:
    """时间线上的一条；is_dropped：面积更正以后，前一步没有报满，这一条不再算。"""

    record: RectificationRecord
    is_dropped: bool = False

    @property
    def title(self) -> str:
        """“上报 复耕复种”“退回到 复耕复种”“督办”。"""
        record = self.record
        if record.kind == Kind.CARRY:
            return f"结转到{record.details['plan']}，停在“{record.details['step']}”"
        if record.is_added_with_plan and record.kind == Kind.REPORT:
            return f"方案添了“{record.milestone.name}”，随后面的步骤算做过"
        if record.kind == Kind.RETURN:
            return f"退回到“{record.milestone.name}”"
        if record.kind == Kind.RELAPSE:
            return f"发现反弹，从“{record.milestone.name}”重新整改，{long_date(record.due_on)}前"
        if record.kind in SHOWS_STEP:
            return f"{record.get_kind_display()} · {record.milestone.name}"
        return record.get_kind_display()

    @property
    def carried(self) -> tuple[str, date] | None:
        """结转时抄来的：(原来的方案, 在那边是哪天做的)。"""
        carried = self.record.details.get("carried")
        return carried and (carried["plan"], date.fromisoformat(carried["done_on"]))

    @property
    def area_mu(self) -> Decimal | None:
        return self.record.area_mu if self.record.kind in SHOWS_AREA else None

    @property
    def is_part(self) -> bool:
        return self.record.kind == Kind.REPORT and not self.record.completes

    @property
    def late_days(self) -> int:
        """逾期几天做到的；按期的是 0。"""
        return self.record.late_days

    @property
    def made_at(self) -> datetime | None:
        """手机上早就填好、没有信号才晚到的：填好的时刻；差不多同时的、钟走到前面的是 None。"""
        made_at = self.record.made_at
        waited = made_at is not None and self.record.entered_at - made_at > ON_THE_WAY
        return made_at if waited else None

    @property
    def changes(self) -> list[dict]:
        """更正的各项：[{"label", "old", "new"}]。"""
        return self.record.details.get("changes", [])

    @property
    def children(self) -> list[dict]:
        """拆分出来的各块：[{"code", "area_mu"}]，当时的编号和面积。"""
        return self.record.details.get("children", [])


def timeline(patch: Patch, records: list[RectificationRecord]) -> tuple[list[Event], list[Event]]:
    """(现在的记录, 更正换下来的记录)，都是新的在前；records 是 ledger.replay.records_of(patch)。"""
    for record in records:
        record.milestone.target = patch.target
    replaced_pks = {record.copy_of_id for record in records if record.copy_of_id != record.pk}
    dropped_pks = _dropped(records)
    latest_first = sorted(
        records, key=lambda record: (record.done_on, record.entered_at, record.pk), reverse=True
    )
    now, replaced = [], []
    for record in latest_first:
        events = replaced if record.pk in replaced_pks else now
        events.append(Event(record, record.pk in dropped_pks))
    return now, replaced


def _dropped(records):
    """更正以后不再算的记录，见 plots.actions.rewriting。"""
    found = set()
    for record in records:
        for pk, copy, _ in record.details.get("replaced", []):
            if copy is None:
                found.add(pk)
    return found
