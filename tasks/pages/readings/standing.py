"""各项任务现在录到哪里：全镇最近的一次，各村报了几个、还有谁没有报。"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tasks.models import Reading, Target
from villages.models import User, Village


@dataclass
class Standing:
    target: Target
    town: Reading | None = None
    reported: list[Reading] = field(default_factory=list)  # 各村最近的一次
    missing: list[Village] = field(default_factory=list)


def standing_of(targets: list[Target], villages: Iterable[Village], user: User) -> list[Standing]:
    """每项任务一条，一次查询；villages 是看得见的村。"""
    found = {target.pk: Standing(target) for target in targets}
    seen = set()
    for reading in Reading.objects.visible_to(user).filter(target__in=targets).latest():
        standing = found[reading.target_id]
        if reading.village_id is None:
            standing.town = reading
        else:
            standing.reported.append(reading)
            seen.add((reading.target_id, reading.village_id))
    for standing in found.values():
        key = standing.target.pk
        standing.missing = [place for place in villages if (key, place.pk) not in seen]
    return list(found.values())
