"""各村应奖补、已拨付、未拨付：完成的面积、个数出自唯一的进度算法，这里只乘标准、减付了的。"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Subquery, Sum

from taiping.ground.money import NO_YUAN, to_the_cent
from taiping.progress.figures import Progress, Tally
from taiping.progress.work_done import WorkDone, work_done
from tasks.models import Plan, Subsidy, SubsidyPayment, SubsidyReceipt
from villages.models import User, Village


@dataclass
class VillageRow:
    """一条标准在一个村：earned 是 None 就是还没有填标准；uncapped 是封顶以前的。"""

    village: Village
    done: Tally
    paid: Decimal = NO_YUAN
    uncapped: Decimal | None = None
    earned: Decimal | None = None
    exempt_count: int = 0  # 核查无问题的：算做到了，不得奖补

    @property
    def is_capped(self) -> bool:
        return self.earned != self.uncapped

    @property
    def left(self) -> Decimal | None:
        """还没有付的；多付了是负数。"""
        return None if self.earned is None else self.earned - self.paid

    @property
    def over(self) -> Decimal:
        """多付了多少；没有多付是 0。"""
        return max(-(self.left or NO_YUAN), NO_YUAN)


@dataclass
class SubsidyFigures:
    """一条标准：各村一行，合计是各行相加。"""

    subsidy: Subsidy
    rows: list[VillageRow]

    @property
    def done(self) -> Tally:
        return Tally.total(row.done for row in self.rows)

    @property
    def earned(self) -> Decimal | None:
        if not self.subsidy.is_filled:
            return None
        return sum((row.earned for row in self.rows), NO_YUAN)

    @property
    def paid(self) -> Decimal:
        return sum((row.paid for row in self.rows), NO_YUAN)

    @property
    def left(self) -> Decimal | None:
        """各村还没有付的相加：一个村多付的不拿去抵别的村。"""
        if not self.subsidy.is_filled:
            return None
        return sum((max(row.left, NO_YUAN) for row in self.rows), NO_YUAN)

    @property
    def over(self) -> Decimal:
        return sum((row.over for row in self.rows), NO_YUAN)


@dataclass
class Account:
    """一份方案的奖补在某日；received 是到位的，村支部书记看不到，是 None。"""

    subsidies: list[SubsidyFigures]
    received: Decimal | None = None

    @property
    def filled(self) -> list[SubsidyFigures]:
        return [figures for figures in self.subsidies if figures.subsidy.is_filled]

    @property
    def earned(self) -> Decimal | None:
        """一条也没有填的是 None，不是 0。"""
        return _summed(self.filled, "earned") if self.filled else None

    @property
    def left(self) -> Decimal | None:
        return _summed(self.filled, "left") if self.filled else None

    @property
    def paid(self) -> Decimal:
        return _summed(self.subsidies, "paid")

    @property
    def over(self) -> Decimal:
        return _summed(self.filled, "over")

    @property
    def balance(self) -> Decimal | None:
        """到位的减付了的；付的比到位的多是负数。"""
        return None if self.received is None else self.received - self.paid


def _summed(figures: list[SubsidyFigures], name: str) -> Decimal:
    return sum((getattr(each, name) for each in figures), NO_YUAN)


def earned_by(subsidy: Subsidy, done: Tally) -> tuple[Decimal | None, Decimal | None]:
    """(封顶以前, 该得的)，元：完成的亩或个 × 标准，一个村四舍五入到分一次；没有填标准的都是 None。"""
    if not subsidy.is_filled:
        return None, None
    number = done.amount if subsidy.per == Subsidy.Per.MU else Decimal(done.count)
    uncapped = to_the_cent(number * subsidy.rate)
    if subsidy.ceiling is None:
        return uncapped, uncapped
    return uncapped, min(uncapped, subsidy.ceiling)


def rows_of(
    subsidy: Subsidy, work: WorkDone, paid: dict[int, Decimal] | None = None
) -> list[VillageRow]:
    """各村一行；paid 是 {村: 付了的}。"""
    rows = []
    for village in work.villages:
        done = work.at(subsidy.milestone_id, village)
        uncapped, earned = earned_by(subsidy, done)
        amount = (paid or {}).get(village.pk, NO_YUAN)
        exempt = work.exempt.get((subsidy.target_id, village.pk), 0)
        rows.append(VillageRow(village, done, amount, uncapped, earned, exempt))
    return rows


def account_of(plan: Plan, on: date, basis: str, user: User) -> Account:
    """这个人看得见的村的奖补，查询次数固定；要在 one_moment 里问，各数才出自同一时刻。"""
    villages = list(Village.objects.visible_to(user)) if user.is_secretary else None
    subsidies = list(
        Subsidy.objects.filter(plan=plan)
        .select_related("target", "milestone")
        .order_by("order", "pk")
    )
    work = work_done(plan, targets_of(subsidies), on, basis, villages)
    paid = defaultdict(dict)
    payments = SubsidyPayment.objects.visible_to(user).filter(subsidy__plan=plan).known(on, basis)
    sums = payments.order_by().values_list("subsidy", "village").annotate(Sum("amount"))
    for subsidy, village, amount in sums:
        paid[subsidy][village] = amount
    figures = [SubsidyFigures(each, rows_of(each, work, paid[each.pk])) for each in subsidies]
    received = None if user.is_secretary else received_by(plan, on, basis)
    return Account(figures, received)


def targets_of(subsidies: list[Subsidy]) -> set[int]:
    return {each.target_id for each in subsidies if each.target_id}


def received_by(plan: Plan, on: date, basis: str) -> Decimal:
    found = SubsidyReceipt.objects.filter(plan=plan).known(on, basis)
    return found.aggregate(whole=Sum("amount"))["whole"] or NO_YUAN


def row_of(subsidy: Subsidy, village: Village, on: date, basis: str) -> VillageRow:
    """一条标准在一个村的一行，拨付以前核对用。"""
    work = work_done(subsidy.plan, targets_of([subsidy]), on, basis, [village])
    payments = SubsidyPayment.objects.filter(subsidy=subsidy, village=village).known(on, basis)
    whole = payments.aggregate(whole=Sum("amount"))["whole"]
    return rows_of(subsidy, work, {village.pk: whole or NO_YUAN})[0]


@dataclass(frozen=True)
class Summary:
    """总览上的一行，元。"""

    earned: Decimal
    received: Decimal
    paid: Decimal


def summary_of(progress: Progress) -> Summary | None:
    """应奖补、已到位、已拨付：有填了标准的才问，一次查询；没有的一次也不问，是 None。"""
    if not progress.has_subsidies:
        return None
    plan, on, basis = progress.plan, progress.on, progress.basis
    paid = SubsidyPayment.objects.filter(subsidy__plan=plan).known(on, basis)
    received = SubsidyReceipt.objects.filter(plan=plan).known(on, basis)
    subsidies = list(
        Subsidy.objects.filter(plan=plan, rate__isnull=False).annotate(
            paid=_whole(paid, "subsidy__plan"), received=_whole(received, "plan")
        )
    )
    work = WorkDone.of(progress)
    figures = [SubsidyFigures(each, rows_of(each, work)) for each in subsidies]
    one = subsidies[0]
    return Summary(_summed(figures, "earned"), one.received or NO_YUAN, one.paid or NO_YUAN)


def _whole(money, plan: str) -> Subquery:
    """这些钱的合计；order_by() 去掉排序才并成一行。"""
    return Subquery(money.order_by().values(plan).annotate(whole=Sum("amount")).values("whole"))
