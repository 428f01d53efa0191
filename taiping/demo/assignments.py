"""哪块图斑走哪个写法：一项任务一个结局，一个村拖后，一个村带头，其余一般；各走几块在表里。"""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle

from plots.models import Patch
from taiping.demo.table import table
from tasks.models import Target
from villages.models import Village

PRAISED, ORDINARY, BEHIND = "praised", "ordinary", "behind"


def outcomes(targets: Sequence[Target]) -> dict[int, str]:
    """{任务主键: 结局}：案件、清单看类型，只有亩数的按表里的顺序轮；只有一项就欠账。"""
    plain = [target for target in targets if target.quota_count is None]
    turns = cycle(table()["turns"] if len(plain) > 1 else ["owing"])
    found = {}
    for target in targets:
        if target.kind == Target.Kind.CASES:
            found[target.pk] = "cases"
        else:
            found[target.pk] = next(turns) if target.quota_count is None else "listed"
    return found


def paces(villages: Sequence[Village]) -> dict[int, str]:
    """{村主键: 快慢}：排在最前的村拖后，中间的村带头；不到三个村就都一般。"""
    found = {village.pk: ORDINARY for village in villages}
    if len(villages) >= 3:
        found[villages[0].pk] = BEHIND
        found[villages[len(villages) // 2].pk] = PRAISED
    return found


def assign(patches: Sequence[Patch], outcome: str, pace: dict[int, str]) -> list[str]:
    """每块图斑走哪个写法：表里这个结局的写法，按村的快慢各自轮着发。"""
    dealt, found = Counter(), []
    for patch in patches:
        kind = pace[patch.village_id]
        stories = table()["outcomes"][outcome][kind]
        found.append(stories[dealt[kind] % len(stories)])
        dealt[kind] += 1
    return found
