"""各项任务现在录到哪里：全镇最近的一次，各村报了几个、还有谁没有报。"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tasks.models import Allocation, Reading, Target
from villages.models import User, Village


@dataclass
class Standing:
    target: Target
    town: Reading | None = None
    reported: list[Reading] = field(default_factory=list)  # 各村最近的一次
    missing: list[Village] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """一共几个村要报。"""
        return len(self.reported) + len(self.missing)


def whole_shares(targets: list[Target]) -> dict[int, set[int]]:
    """任务 → 分到了它的村，只有全部分解到村的在里面：别的村没有份，不用报。没有分解过的方案不去查。"""
    divided = [target for target in targets if target.divided]
    found = defaultdict(dict)
    shares = Allocation.objects.filter(target__in=divided, quota__gt=0) if divided else []
    for share in shares:
        found[share.target_id][share.village_id] = share.quota
    whole = {}
    for target in divided:
        if sum(found[target.pk].values()) >= (target.quota or 0):
            whole[target.pk] = set(found[target.pk])
    return whole


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
    shares = whole_shares(targets)
    for standing in found.values():
        key = standing.target.pk
        asked = shares.get(key)
        standing.missing = [
            place
            for place in villages
            if (key, place.pk) not in seen and (asked is None or place.pk in asked)
        ]
    return list(found.values())
