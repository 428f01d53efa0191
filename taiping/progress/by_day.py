"""曲线背后的一句：哪天做了多少，按天分组。手写 SQL 的原因见 tallies。"""
# ruff: noqa: S608 拼进去的只有表名、列名和整数主键，日期都走参数

from collections.abc import Iterable
from datetime import date

from django.db import connection

from plots.models.deadlines import end_of_day
from taiping.progress.tallies import RARE, RECORD, Scope, a_day, whole


def day_sums(scope: Scope, drawn: Iterable[int]) -> list[tuple]:
    """[(节点, 类型, 哪天起, 到哪天撤回, 多少, 完成的个)]：要画的节点（drawn）那天以前的上报、核实，供曲线逐日累加。

    各节点的核查无问题也在内；“多少”是库里的整数。
    """
    start, end = "r.done_on", "r.withdrawn_on"
    if scope.recorded:
        start, end = (
            local_day("r.created_at", scope.on),
            local_day("r.withdrawn_at", scope.on),
        )

    def sums(where, completing):
        return f"""
            SELECT r.milestone_id, r.kind, {day_text(start)}, {day_text(end)}, {whole("r.area_mu")},
                COUNT(*) FILTER (WHERE {completing})
            FROM {RECORD} r WHERE {where}{scope.places("r")} GROUP BY r.milestone_id, r.kind, {start}, {end}
        """

    rows = scope.rows(
        " UNION ALL ".join(
            [
                sums(f"{scope.steps('r', drawn)} AND r.kind IN ('REPORT', 'PASS')", "r.completes"),
                sums(f"{scope.steps('r')} AND {RARE} AND r.kind = 'EXEMPT'", "TRUE"),
            ]
        )
    )
    return [
        (milestone, kind, a_day(began), a_day(ended), amount, count)
        for milestone, kind, began, ended, amount, count in rows
    ]


def local_day(moment: str, on: date) -> str:
    """一列时刻是当地哪一天：加上 on 那天的时差再取日期，比按时区名字一个个换算快一倍。全年时差不变的地方才对，我国就是。"""
    minutes = int(end_of_day(on).utcoffset().total_seconds()) // 60
    if connection.vendor == "postgresql":
        return f"({moment} AT TIME ZONE INTERVAL '{minutes} minutes')::date"
    return f"date({moment}, '{minutes:+d} minutes')"


def day_text(column: str) -> str:
    """一列日期取文字：SQLite 的接口一个个换算日期，比自己换慢几倍。

    PostgreSQL 的照原样取：它换成的文字看 DateStyle，不一定是年月日。
    """
    return column if connection.vendor == "postgresql" else f"CAST({column} AS TEXT)"
