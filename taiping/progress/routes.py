"""问题清单按整改路径分：某天各走哪条路径的有几个，其中几个还缺材料。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from plots.models import Patch
from plots.models.documents import lacks_papers
from taiping.progress.figures import Progress
from tasks.models import Target


@dataclass
class RouteCount:
    """走一条路径的图斑；code 空是还没有定。"""

    code: str
    name: str
    count: int
    lacking: int


def counts_by_route(progress: Progress) -> dict[int, list[RouteCount]]:
    """{任务主键: [RouteCount]}，全镇的，按路径的先后，还没有定的在最后；没有问题清单的不查。"""
    kind = Target.Kind.CASES
    cases = [row.target.pk for row in progress.targets if row.target.kind == kind]
    found = defaultdict(list)
    if not cases:
        return found
    patches = Patch.objects.counting(progress.on, progress.basis).filter(target__in=cases)
    rows = patches.order_by("remedy__order", "remedy__pk").values_list(
        "target", "remedy__order", "remedy", "remedy__name"
    )
    lacking = Count("pk", filter=lacks_papers(progress.on, progress.basis))
    for target, _, code, name, count, lacks in rows.annotate(Count("pk"), lacking=lacking):
        found[target].append(RouteCount(code or "", name or "还没有定", count, lacks))
    for counts in found.values():
        counts.sort(key=lambda row: not row.code)
    return found
