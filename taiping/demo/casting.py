"""哪块图斑走哪个写法：一项任务一个结局，一个村拖后，一个村带头，别的村各有快慢。"""

from random import Random

from taiping.demo import words
from taiping.demo.calendar import office_day
from taiping.demo.sizes import CENT, specs
from taiping.demo.stories import BEHIND, ORDINARY, PRAISED, Story
from tasks.models import Target

SEED = 2024
# 结局 → [(写法, 几块, 只给拖后的村)]；前面的先挑，一项任务最多六成图斑有写法，其余照常。
ON_TIME, LATE, NEARLY, OWING, LISTED, CASES = "按期", "迟到", "差一点", "欠账", "清单", "案件"
CASTS = {
    ON_TIME: [("returned", 1, False), ("partial", 1, False), ("together", 3, False)],
    LATE: [
        ("redone", 1, True),
        ("partial", 2, False),
        ("backfilled", 1, False),
        ("together", 3, False),
    ],
    NEARLY: [
        ("stopped", 3, True),
        ("partial", 5, False),
        ("backfilled", 2, False),
        ("together", 2, False),
    ],
    OWING: [
        ("untouched", 1, True),
        ("half", 1, True),
        ("stopped", 1, True),
        ("deferred", 2, True),
        ("half", 1, False),
        ("stopped", 1, False),
        ("exempt", 2, False),
        ("short", 1, False),
        ("split", 1, False),
        ("recoded", 1, False),
        ("resumed", 2, False),
        ("returned", 3, False),
        ("redone", 2, True),
        ("partial", 5, False),
        ("backfilled", 3, False),
        ("together", 6, False),
    ],
    LISTED: [
        ("exempt", 2, False),
        ("redone", 1, True),
        ("returned", 1, False),
        ("partial", 2, False),
        ("backfilled", 1, False),
        ("together", 2, False),
    ],
    CASES: [
        ("untouched", 2, True),
        ("deferred", 1, False),
        ("exempt", 1, False),
        ("stopped", 2, False),
        ("returned", 2, False),
        ("backfilled", 1, False),
    ],
}
BY_SIZE = (NEARLY, OWING, LATE, ON_TIME)  # 只有亩数的任务按大小轮着来
LATE_SHARE = {PRAISED: 0, ORDINARY: 0.22, BEHIND: 0.75}
REMARKED = 3  # 一项任务最多督办几块


def endings(targets):
    """每项任务的结局：清单、案件看类型，只有亩数的按任务数从大到小轮；只有一项就欠账。"""
    found, plain = {}, []
    for target in targets:
        if target.kind == Target.Kind.CASES:
            found[target.pk] = CASES
        elif target.quota_count is not None:
            found[target.pk] = LISTED
        else:
            plain.append(target)
    plain.sort(key=lambda target: (-(target.quota or 0), target.order))
    order = BY_SIZE if len(plain) > 1 else (OWING,)
    return found | {target.pk: order[place % len(order)] for place, target in enumerate(plain)}


def manners(villages, seed):
    """哪个村拖后、哪个村带头；不到三个村就都一般。"""
    if len(villages) < 3:
        return {}
    behind, praised = Random(f"{seed}-村").sample([village.pk for village in villages], 2)
    return {behind: BEHIND, praised: PRAISED}


class Cast:
    """一项任务的全部图斑和它们的事。rows 是 [(Spec, 编号, 下发时的编号, 写法)]，stories 按编号。"""

    def __init__(self, target, number, villages, windows, ending, *, seed=SEED):
        self.target, self.windows, self.ending = target, windows, ending
        self.rng = Random(f"{seed}-{target.plan.year}-{target.code}")
        self.manner = manners(villages, seed)
        self.specs = specs(target, villages, self.rng)
        self.codes = [f"演示-{number:02d}-{spec.number:04d}" for spec in self.specs]
        self.ways = self._ways()
        self.events = []
        for spec, code, way in zip(self.specs, self.codes, self.ways, strict=True):
            if windows:
                self._tell(spec, code, way)

    def issued_code(self, place):
        """下发时写的编号：要演“编号抄错”的那块，头一位写错。"""
        code, way = self.codes[place], self.ways[place]
        return f"{code[:-4]}9{code[-3:]}" if way == "recoded" else code

    def _ways(self):
        ways = ["plain"] * len(self.specs)
        order = list(range(len(self.specs)))
        self.rng.shuffle(order)
        free = [place for place in order if self._manner(place) != PRAISED]
        left = len(order) * 6 // 10
        for way, number, for_behind in CASTS[self.ending]:
            first = [place for place in free if (self._manner(place) == BEHIND) == for_behind]
            for place in (first + [place for place in free if place not in first])[
                : min(number, left)
            ]:
                ways[place] = way
                free.remove(place)
                left -= 1
        return ways

    def _manner(self, place):
        return self.manner.get(self.specs[place].village.pk, ORDINARY)

    def _tell(self, spec, code, way):
        manner, rng = self.manner.get(spec.village.pk, ORDINARY), self.rng
        steps = [place for place, window in enumerate(self.windows) if not window.check] or [0]
        late = self.ending != ON_TIME and rng.random() < LATE_SHARE[manner]
        late_from = rng.choice([steps[0], *steps]) if late else None
        said = words.CASES if self.ending == CASES else words.FIELDS
        told = {"manner": manner, "late_from": late_from, "said": said}
        story = Story(code, self.windows, self.target.plan, spec.area_mu, rng, **told)
        if way == "split" and spec.area_mu > CENT:
            self._split(story, spec, told)
            return
        getattr(story, "steps" if way == "split" else way)()
        remarks = sum(event.verb == "remark" for event in self.events)
        if manner == BEHIND and remarks < REMARKED:
            story.remark()
        self.events += story.events

    def _split(self, story, spec, told):
        """核查发现是两户的地，拆成两块，各走各的。"""
        day = self.windows[0].day(0.3)
        bigger = max((spec.area_mu * 55 / 100).quantize(CENT), CENT)
        areas = (bigger, spec.area_mu - bigger)
        children = [
            {"code": f"{story.key}-{part}", "area_mu": area} for part, area in enumerate(areas, 1)
        ]
        story.add(
            "split",
            story.anyone(),
            office_day(day, earliest=story.last_on, latest=story.plan.ends_on),
            reason="现场核查是两户的地，分开整治。",
            children=children,
        )
        self.events += story.events
        for child in children:
            part = Story(
                child["code"],
                self.windows,
                story.plan,
                child["area_mu"],
                self.rng,
                begins_on=story.last_on,
                **told,
            )
            part.last_at = story.last_at
            part.plain()
            self.events += part.events
