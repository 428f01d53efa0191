"""进度背后的几句分组查询，手写 SQL，两种数据库通用：每开一页总览都要跑，现拼查询比跑它还慢。

“那天有效”和 plots.models.querysets 的 effective、counting 是同一个意思：测试里，总览上的每个数都和台账点开的对过。
列的顺序照着 record_for_progress、record_for_curve 两个索引，只读索引就够。
"""
# ruff: noqa: S608 拼进去的只有表名、列名和整数主键，日期都走参数

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection

from plots.models import Patch, RectificationRecord, SupervisionOrder
from plots.models.deadlines import end_of_day
from taiping.ground.area import from_millionths
from taiping.ground.rows import fetched
from tasks.models import Allocation, Duty, Milestone, Subsidy, Target, WorkingGroup
from tasks.models.question import RECORDED

RECORD, PATCH, MILESTONE, ALLOCATION, SUBSIDY, TARGET, GROUP, DUTY, ORDER = (
    model._meta.db_table
    for model in (
        RectificationRecord,
        Patch,
        Milestone,
        Allocation,
        Subsidy,
        Target,
        WorkingGroup,
        Duty,
        SupervisionOrder,
    )
)
# 一字不差是 record_of_the_rare 索引的条件，SQLite 才认得它
RARE_KINDS = "kind IN ('RETURN', 'EXEMPT', 'DEFER', 'AMEND', 'RELAPSE')"
RARE = f"r.{RARE_KINDS}"


@dataclass
class Scope:
    """看哪些图斑、哪一天、哪种口径；village_ids 是 None 就看全镇。"""

    on: date
    basis: str
    target_ids: list[int]
    milestone_ids: list[int]
    ends_on: date
    village_ids: list[int] | None = None

    @property
    def recorded(self) -> bool:
        return self.basis == RECORDED

    @property
    def is_part(self) -> bool:
        return self.village_ids is not None

    def steps(self, row: str, only: Iterable[int] | None = None) -> str:
        """这些节点（only 给出时只是其中几个）、那天以前的记录。"""
        ids = self.all_steps if only is None else listed(only)
        return f"{row}.milestone_id IN ({ids}) AND {self.begun(row)}"

    @cached_property
    def all_steps(self) -> str:
        return listed(self.milestone_ids)

    def begun(self, row: str, day: str = "day") -> str:
        """“不晚于”写成 NOT …，原因见 plots.models.querysets.lasting。"""
        if self.recorded:
            return f"{row}.created_at < %({day}_end)s"
        return f"NOT {row}.done_on > %({day})s"

    def standing(self, row: str, day: str = "day") -> str:
        if self.recorded:
            return f"({row}.withdrawn_at IS NULL OR {row}.withdrawn_at >= %({day}_end)s)"
        return f"({row}.withdrawn_on IS NULL OR {row}.withdrawn_on > %({day})s)"

    def counting(self) -> str:
        return f"p.target_id IN ({listed(self.target_ids)}) AND {self.counted()}"

    def counted(self, day: str = "day") -> str:
        """图斑 p 那天算数。"""
        if self.recorded:
            return (
                f"p.created_at < %({day}_end)s"
                f" AND (p.until_at IS NULL OR p.until_at >= %({day}_end)s)"
            )
        return (
            f"(p.since_on IS NULL OR p.since_on <= %({day})s)"
            f" AND (p.until_on IS NULL OR p.until_on > %({day})s)"
        )

    def has(self, village_id: int) -> bool:
        return not self.is_part or village_id in self.village_ids

    def places(self, row: str) -> str:
        return f" AND {row}.village_id IN ({listed(self.village_ids)})" if self.is_part else ""

    @cached_property
    def params(self) -> dict[str, Any]:
        return self.days(day=self.on, ends_on=self.ends_on)

    def rows(self, sql: str, **days: date) -> list[tuple]:
        """sql 里写 %(day)s、%(ends_on)s，days 是另外写到的日期；按录入日期看的还有 %(day_end)s，那天结束的时刻。"""
        return fetched(sql, {**self.params, **self.days(**days)})

    def days(self, **days: date) -> dict[str, Any]:
        ops, params = connection.ops, {}
        for name, day in days.items():
            params[name] = ops.adapt_datefield_value(day)
            if self.recorded:
                params[f"{name}_end"] = ops.adapt_datetimefield_value(end_of_day(day))
        return params


def listed(ids: Iterable[int]) -> str:
    return ", ".join(str(int(pk)) for pk in ids) or "NULL"


def a_day(value: date | str | None) -> date | None:
    """SQLite 算出来的日期是文字。"""
    return date.fromisoformat(value) if isinstance(value, str) else value


def late(record: str, step: str) -> str:
    """这条记录做得比截止晚：方案的截止过了，反弹另定的截止日期（没有的不看）也过了。"""
    own = f"({record}.due_on IS NULL OR {record}.done_on > {record}.due_on)"
    return f"{record}.done_on > COALESCE({step}.due_on, %(ends_on)s) AND {own}"


def whole(column: str, when: str = "TRUE") -> str:
    """合计库里的整数，没有行的是 0；PostgreSQL 的合计不是整数类型，换成整数取得快。"""
    return f"CAST(COALESCE(SUM({column}) FILTER (WHERE {when}), 0) AS BIGINT)"


def used(plan_id: int, scope: Scope) -> tuple[bool, bool, bool]:
    """(有没有常态工作, 有没有督办单, 反弹过没有)：全镇的，不论哪天。"""
    has = "EXISTS (SELECT 1 FROM {} WHERE plan_id = %(plan)s)"
    (found,) = fetched(
        f"""
        SELECT {has.format(DUTY)}, {has.format(ORDER)}, EXISTS (
            SELECT 1 FROM {RECORD} r
            WHERE r.milestone_id IN ({scope.all_steps}) AND {RARE} AND r.kind = 'RELAPSE'
        )
        """,
        {"plan": plan_id},
    )
    return tuple(map(bool, found))


def share_rows(scope: Scope) -> list[tuple]:
    """[(任务, 村, 片区, 分到的任务数, 个, 最多的任务数, 最多的个)]：任务分解；没分解、没有写成一段的是 None。"""
    rows = scope.rows(f"""
        SELECT s.target_id, s.village_id, s.lot, s.quota, s.quota_count, s.quota_most,
            s.quota_count_most FROM {ALLOCATION} s
        WHERE s.target_id IN ({listed(scope.target_ids)}){scope.places("s")}
    """)
    return [
        (target, village, lot, given(quota), count, given(most), count_most)
        for target, village, lot, quota, count, most, count_most in rows
    ]


def given(millionths: int | None) -> Decimal | None:
    return None if millionths is None else from_millionths(millionths)


def patch_sums(scope: Scope, before: date | None) -> list[tuple]:
    """[(任务, 村, 个, 亩, 最早从哪天算起, 早些时候的个, 早些时候的亩)]：那天、和拿来比的 before 那天（不比是 None）算数的图斑。

    那天算数的有一块没写从哪天算起的，最早的是 None。拆出来的看原图斑（拆了又拆的看最早的那一块）是哪天下发的；
    绝大多数不是拆出来的，不陪着找原图斑：分两段，> 0 是让 SQLite 从拆出来的找起。
    """
    now, then, days = scope.counted(), "FALSE", {}
    if before is not None:
        then, days = scope.counted("before"), {"before": before}

    def sums(first, joined, where):
        return f"""
            SELECT p.target_id, p.village_id,
                COUNT(*) FILTER (WHERE {now}), SUM(p.area_mu) FILTER (WHERE {now}),
                CASE WHEN COUNT(*) FILTER (WHERE {now}) = COUNT({first}) FILTER (WHERE {now})
                    THEN MIN({first}) FILTER (WHERE {now}) END,
                COUNT(*) FILTER (WHERE {then}), SUM(p.area_mu) FILTER (WHERE {then})
            FROM {PATCH} p{joined} WHERE {where}{scope.places("p")} GROUP BY p.target_id, p.village_id
        """

    targets = f"p.target_id IN ({listed(scope.target_ids)})"
    rows = scope.rows(
        " UNION ALL ".join(
            [
                sums("p.since_on", "", f"{targets} AND p.split_from_id IS NULL"),
                sums(
                    "CASE WHEN q.split_from_id IS NULL THEN q.since_on ELSE g.since_on END",
                    f" JOIN {PATCH} q ON q.id = p.split_from_id LEFT JOIN {PATCH} g ON g.id = q.split_from_id",
                    f"+{targets} AND p.split_from_id > 0",
                ),
            ]
        ),
        **days,
    )
    return [
        (*keys, count, from_millionths(area), a_day(first), then, from_millionths(then_area))
        for *keys, count, area, first, then, then_area in rows
    ]


def carried_sums(scope: Scope) -> list[tuple[bool, int, int, int, Decimal]]:
    """[(是结转来的, 任务, 村, 个, 亩)]：那天已经结转出去、不再算的，和算数的里面从别的方案结转来的。"""
    gone, came = "NOT p.until_on > %(day)s", "NOT o.until_on > %(day)s"
    if scope.recorded:
        gone, came = "p.until_at < %(day_end)s", "o.until_at < %(day_end)s"
    sums = "p.target_id, p.village_id, COUNT(*), SUM(p.area_mu)"
    rows = scope.rows(f"""
        SELECT 0, {sums} FROM {PATCH} p
        WHERE p.target_id IN ({listed(scope.target_ids)}) AND p.status = 'CARRIED' AND {gone}{scope.places("p")}
        GROUP BY p.target_id, p.village_id
        UNION ALL
        SELECT 1, {sums} FROM {PATCH} o CROSS JOIN {PATCH} p
        WHERE o.status = 'CARRIED' AND {came} AND p.carried_from_id = o.id AND {scope.counting()}{scope.places("p")}
        GROUP BY p.target_id, p.village_id
    """)
    return [
        (bool(came), target, village, count, from_millionths(area))
        for came, target, village, count, area in rows
    ]


def step_sums(scope: Scope, before: date | None) -> list[tuple]:
    """[(节点, 村, 类型, 次数, 早些时候完成了多少, 几个, 那天完成了多少, 几个, 其中逾期的多少, 几个)]：“多少”是库里的整数。

    次数连撤回的也算，更正后的转记不算；别的只算有效的；早些时候是拿来比的 before 那天，不比是 None，两个数都是 0。
    逾期的比按期的少，所以加逾期的，按期的由减法得出。
    """
    standing = scope.standing("r")
    is_late = f"{late('r', 'm')} AND {standing}"
    then, days = "FALSE", {}
    if before is not None:
        then = f"{scope.begun('r', 'before')} AND {scope.standing('r', 'before')}"
        days = {"before": before}
    sums = ", ".join(
        f"{whole('r.area_mu', when)}, COUNT(*) FILTER (WHERE r.completes AND {when})"
        for when in (then, standing, is_late)
    )
    return scope.rows(
        f"""
        SELECT r.milestone_id, r.village_id, r.kind, COUNT(*) - COUNT(r.copy_of_id), {sums}
        FROM {RECORD} r JOIN {MILESTONE} m ON m.id = r.milestone_id
        WHERE {scope.steps("r")} AND r.kind IN ('REPORT', 'PASS', 'RETURN'){scope.places("r")}
        GROUP BY r.milestone_id, r.village_id, r.kind
        """,
        **days,
    )


def recent_sums(scope: Scope, since: date) -> list[tuple[int, str, Decimal, int]]:
    """[(节点, 类型, 亩, 完成的个)]：since 以后增加的；以前做的、以后撤回的是负数。

    类型是 WORK（上报和核实）或 EXEMPT（核查无问题）。
    """
    done_after, back_after = (
        "r.done_on > %(since)s",
        "NOT r.done_on > %(since)s AND r.withdrawn_on > %(since)s AND NOT r.withdrawn_on > %(day)s",
    )
    if scope.recorded:
        done_after = "r.created_at >= %(since_end)s"
        back_after = (
            "r.created_at < %(since_end)s"
            " AND r.withdrawn_at >= %(since_end)s AND r.withdrawn_at < %(day_end)s"
        )
    gained = f"{done_after} AND {scope.standing('r')}"
    lost = f"r.withdrawn_on IS NOT NULL AND {back_after}"

    def sums(kinds, word, sign, when):
        return f"""
            SELECT r.milestone_id, '{word}', {sign}SUM(r.area_mu),
                {sign}COUNT(*) FILTER (WHERE r.completes OR r.kind = 'EXEMPT')
            FROM {RECORD} r WHERE {scope.steps("r")} AND {kinds} AND {when}{scope.places("r")}
            GROUP BY r.milestone_id
        """

    work, exempt = "r.kind IN ('REPORT', 'PASS')", f"{RARE} AND r.kind = 'EXEMPT'"
    rows = scope.rows(
        " UNION ALL ".join(
            [
                sums(work, "WORK", "", gained),
                sums(work, "WORK", "-", lost),
                sums(exempt, "EXEMPT", "", gained),
                sums(exempt, "EXEMPT", "-", lost),
            ]
        ),
        since=since,
    )
    return [
        (milestone, kind, from_millionths(amount), count) for milestone, kind, amount, count in rows
    ]


def exempt_and_deferred_sums(scope: Scope) -> list[tuple]:
    """[(节点, 类型, 村, 个, 亩)]：那天有效的核查无问题和暂缓。"""
    rows = scope.rows(f"""
        SELECT r.milestone_id, r.kind, r.village_id, COUNT(*), SUM(r.area_mu) FROM {RECORD} r
        WHERE {scope.steps("r")} AND {RARE} AND r.kind IN ('EXEMPT', 'DEFER')
        AND {scope.standing("r")}{scope.places("r")}
        GROUP BY r.milestone_id, r.kind, r.village_id
    """)
    return [(*row, count, from_millionths(area)) for *row, count, area in rows]


def kept_steps(scope: Scope) -> list[tuple[int, int, bool]]:
    """[(图斑, 节点, 是不是逾期完成的)]：那天核查无问题的图斑，认定以前已经完成的步。

    认定时撤回的完成记录，撤回的时刻就是认定的时刻；更正后的转记时刻都一样，再看撤回的是不是认定那天。
    """
    rows = scope.rows(f"""
        SELECT r.patch_id, r.milestone_id, {late("r", "m")}
        FROM {RECORD} e CROSS JOIN {RECORD} r CROSS JOIN {MILESTONE} m
        WHERE {scope.steps("e")} AND e.{RARE_KINDS} AND e.kind = 'EXEMPT'
        AND {scope.standing("e")}{scope.places("e")}
        AND r.patch_id = e.patch_id AND r.kind IN ('REPORT', 'PASS') AND r.completes
        AND r.withdrawn_at = e.created_at AND (r.withdrawn_on = e.done_on OR e.withdrawn_on = e.done_on)
        AND m.id = r.milestone_id ORDER BY r.id
    """)
    return [(patch, milestone, bool(is_late)) for patch, milestone, is_late in rows]


def short_patches(
    scope: Scope, last: Iterable[int], also: Iterable[int]
) -> list[tuple[int, int, Decimal, Decimal]]:
    """[(图斑, 任务, 图斑的亩, 完成的亩)]：last 里的节点完成了、面积却小于图斑面积的；also 里的图斑不论大小都给。"""
    rows = scope.rows(f"""
        SELECT p.id, p.target_id, p.area_mu, SUM(r.area_mu)
        FROM {RECORD} r CROSS JOIN {PATCH} p
        WHERE {scope.steps("r", last)} AND r.kind IN ('REPORT', 'PASS')
        AND {scope.standing("r")}{scope.places("r")} AND p.id = r.patch_id AND {scope.counting()}
        GROUP BY p.id, p.target_id, p.area_mu
        HAVING COUNT(*) FILTER (WHERE r.completes) > 0
        AND (SUM(r.area_mu) < p.area_mu OR p.id IN ({listed(also)}))
    """)
    return [
        (patch, target, from_millionths(area), from_millionths(done))
        for patch, target, area, done in rows
    ]


def relapse_rows(scope: Scope) -> list[tuple[int, int, date, date, int, Decimal, Decimal]]:
    """[(图斑, 村, 哪天反弹, 另定的截止日期, 没做完的一步, 图斑的亩, 这一步已报的亩)]，按步骤先后。

    反弹了、没有核减没有暂缓的。
    """

    def work(row):
        return (
            f"SELECT {{}} FROM {RECORD} {row} WHERE {row}.patch_id = r.patch_id"
            f" AND {scope.begun(row)} AND {scope.standing(row)}"
        )

    done = work("d") + " AND d.milestone_id = m.id AND d.kind IN ('REPORT', 'PASS')"
    rows = scope.rows(f"""
        SELECT r.patch_id, r.village_id, r.done_on, r.due_on, m.id, p.area_mu, ({done.format("SUM(d.area_mu)")})
        FROM {RECORD} r CROSS JOIN {PATCH} p CROSS JOIN {MILESTONE} m
        WHERE {scope.steps("r")} AND {RARE} AND r.kind = 'RELAPSE'
        AND {scope.standing("r")}{scope.places("r")}
        AND p.id = r.patch_id AND {scope.counting()} AND m.target_id = p.target_id
        AND NOT EXISTS ({done.format("1")} AND d.completes)
        AND NOT EXISTS ({work("x").format("1")} AND x.kind IN ('EXEMPT', 'DEFER'))
        ORDER BY r.patch_id, m."order"
    """)
    return [
        (patch, village, *map(a_day, days), milestone, from_millionths(area), from_millionths(done))
        for patch, village, *days, milestone, area, done in rows
    ]


def moved_filings(scope: Scope) -> list[tuple[int, int | None, int, str, int]]:
    """[(图斑, 记录的村, 图斑的村, 类型, 记录)]，全镇的，不论看哪些村：更正过村的图斑，一次次的上报、退回，撤回的也算。

    按录入日期看，退回后来才撤销（转记自自己）的，那天还算退回过一次：记录的村是 None，还没有算在哪个村。
    """
    unknown_yet = ""
    if scope.recorded:
        unknown_yet = f"""
            UNION ALL
            SELECT r.patch_id, NULL, p.village_id, r.kind, r.id
            FROM {RECORD} r CROSS JOIN {PATCH} p
            WHERE {scope.steps("r")} AND {RARE} AND r.kind = 'RETURN'
            AND r.copy_of_id = r.id AND r.withdrawn_at >= %(day_end)s AND p.id = r.patch_id
        """
    return scope.rows(f"""
        SELECT DISTINCT r.patch_id, r.village_id, p.village_id, r.kind, r.id
        FROM {RECORD} a CROSS JOIN {PATCH} p CROSS JOIN {RECORD} r
        WHERE a.milestone_id IN ({scope.all_steps}) AND a.{RARE_KINDS} AND a.kind = 'AMEND'
        AND p.id = a.patch_id AND p.village_id <> a.village_id
        AND r.patch_id = p.id AND r.kind IN ('REPORT', 'PASS', 'RETURN')
        AND r.copy_of_id IS NULL AND {scope.begun("r")}{unknown_yet}
    """)
