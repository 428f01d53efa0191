"""总览、村页上的督办：那天各种状态几张，一次查询；点开就是那几张。"""

from dataclasses import dataclass

from django.urls import reverse

from plots.models import OrderState, SupervisionOrder
from plots.models.orders import OPEN_STATES
from taiping.progress.question import DashboardQuery
from villages.models import Village


@dataclass(frozen=True)
class OrdersCounted:
    """counts 是 {状态: 张数}，没有的不在里面；address 是督办那一页同一天、同一口径的地址。"""

    counts: dict[str, int]
    address: str

    @property
    def any(self) -> bool:
        return bool(self.counts)

    @property
    def open(self) -> int:
        return sum(self.counts.get(state.value, 0) for state in OPEN_STATES)

    @property
    def late(self) -> bool:
        return OrderState.OVERDUE in self.counts

    @property
    def parts(self) -> list[tuple[int, str, str, bool]]:
        """[(几张, 说法, 地址, 是不是要紧)]：没办结的三种。"""
        found = []
        for state in OPEN_STATES:
            number = self.counts.get(state.value, 0)
            is_late = state == OrderState.OVERDUE and self.late
            found.append((number, state.label, f"{self.address}&state={state.value}", is_late))
        return found


def orders_counted(question: DashboardQuery, village: Village | None = None) -> OrdersCounted:
    found = SupervisionOrder.objects.filter(plan=question.plan)
    query = question.query(since="", villages="")
    if village:
        found, query = found.filter(village=village), f"{query}&village={village.pk}"
    counts = found.counted(question.on, question.basis)
    return OrdersCounted(counts, f"{reverse('plots:orders')}{query}")
