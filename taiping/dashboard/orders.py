"""总览、村页上的督办：那天各种状态几张，最多一次查询；点开就是那几张。"""

from dataclasses import dataclass

from django.urls import reverse

from plots.models import OrderState, SupervisionOrder
from plots.models.orders import OPEN_STATES
from taiping.progress.figures import Progress
from taiping.progress.question import DashboardQuery
from villages.models import Village


@dataclass(frozen=True)
class OrdersCounted:
    """counts 是 {状态: 张数}，没有的不在里面；village 空是全部村和工作组。"""

    counts: dict[OrderState, int]
    question: DashboardQuery
    village: Village | None

    @property
    def address(self) -> str:
        """督办那一页同一天、同一口径的地址。"""
        query = self.question.query(since="", villages="")
        own = f"&village={self.village.pk}" if self.village else ""
        return f"{reverse('plots:orders')}{query}{own}"

    @property
    def any(self) -> bool:
        return bool(self.counts)

    @property
    def open(self) -> int:
        return sum(self.counts.get(state, 0) for state in OPEN_STATES)

    @property
    def late(self) -> bool:
        return OrderState.OVERDUE in self.counts

    @property
    def parts(self) -> list[tuple[int, str, str, bool]]:
        """[(几张, 说法, 地址, 是不是要紧)]：没办结的三种。"""
        found, address = [], self.address
        for state in OPEN_STATES:
            number = self.counts.get(state, 0)
            is_late = state == OrderState.OVERDUE and self.late
            found.append((number, state.label, f"{address}&state={state.value}", is_late))
        return found


def orders_counted(
    question: DashboardQuery, progress: Progress, village: Village | None = None
) -> OrdersCounted:
    """progress 是这份方案的数：里面说了没有督办单的，不问。"""
    if not progress.uses.orders:
        return OrdersCounted({}, question, village)
    where = {"plan": question.plan, "village": village} if village else {"plan": question.plan}
    counts = SupervisionOrder.objects.filter(**where).counted(question.on, question.basis)
    return OrdersCounted(counts, question, village)
