"""问题清单按整改路径分：某天各走哪条路径的有几个，其中几个还缺材料。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from plots.models import Patch
from plots.models.documents import lacks_papers
from plots.models.route_changes import route_then
from taiping.progress.figures import Progress
from tasks.models import RemedyRoute, Target


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
    lacking = Count("pk", filter=lacks_papers(progress.on, progress.basis))
    rows = patches.order_by().annotate(route_then=route_then(progress.on))
    names = {row.code: row.name for row in RemedyRoute.objects.all()}  # 照先后
    places = {code: place for place, code in enumerate(names)}
    counts = rows.values_list("target", "route_then").annotate(Count("pk"), lacking=lacking)
    for target, code, count, lacks in counts:
        found[target].append(RouteCount(code or "", names.get(code, "还没有定"), count, lacks))
    for each in found.values():
        each.sort(key=lambda row: places.get(row.code, len(places)))
    return found
