"""几项任务的时间节点，一次查出。"""

from collections.abc import Iterable

from taiping.ground.rows import columns, fetched, made
from tasks.models.targets import Milestone, Target

TABLE = Milestone._meta.db_table


def steps_of_targets(targets: Iterable[Target]) -> dict[int, list[Milestone]]:
    """任务的主键 → 时间节点，按顺序；step.target 已放好。手写的：看图斑的每一页都要，现拼查询比跑它还慢。"""
    by_pk = {target.pk: target for target in targets}
    found = {pk: [] for pk in by_pk}
    if not by_pk:
        return found
    listed = ", ".join(map(str, by_pk))
    for row in fetched(
        f"""
        SELECT {columns(Milestone, "m")} FROM {TABLE} m
        WHERE m.target_id IN ({listed}) ORDER BY m."order"
        """  # noqa: S608 拼进去的只有表名、列名和整数主键
    ):
        step = made(Milestone, row)
        step.target = by_pk[step.target_id]
        found[step.target_id].append(step)
    return found
