"""任意的一段历史：谁在什么时候对什么办了什么。办的日子可以往回填，录入的一件晚于一件；不能办的当没有发生。

MOVES 是会发生的各种事，DEEDS 是对一块图斑办一笔时要填的；添一种就在这里添一行。
"""

import os
from collections import Counter
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from plots import actions
from plots.actions import permissions as permits
from plots.actions.carry_preview import foresee
from plots.actions.carrying import carry_over
from plots.actions.plan_changes import follow
from plots.actions.taking_back import take_back
from plots.importing import Refused, apply_batch
from plots.importing.undo import undo
from plots.models import Batch, Kind, Patch, RectificationRecord
from tasks.models import Milestone, Reading
from tests.worlds.any_town import Clock
from tests.worlds.diary import Diary
from tests.worlds.factories import make_reading
from tests.worlds.patch_files import csv
from villages.models import Village

REFUSALS = (actions.NotAllowed, Refused)
AREAS = [Decimal(text) for text in ("4", "5.5", "6", "6.5", "8")]
PARTS = [Decimal(1), Decimal(2), Decimal("3.5")]
HEADER = ["村", "图斑编号", "面积（亩）", "小地名"]
IS_LONG = "HISTORY_EXAMPLES" in os.environ
MOST = 30  # 一段历史里试着办几件事


def few(number):
    """平时走 number 段，每次一样；HISTORY_EXAMPLES 说要走多少，就走多少、每次不一样。"""
    return settings(
        max_examples=int(os.environ.get("HISTORY_EXAMPLES", number)),
        deadline=None,
        derandomize=not IS_LONG,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if "HISTORY_SHRINK" in os.environ else [])],
    )


def any_history(town, data, weights, after_each):
    """由 hypothesis 抽的一段；长跑时有长有短，平时都是长的。"""
    number = data.draw(st.integers(1, MOST), "几件事") if IS_LONG else MOST

    def choose(things, label):
        return data.draw(st.sampled_from(things), label)

    return History(town, choose, weights).run(number, after_each)


class History:
    """choose(几样, 说法) 从几样里抽一样。"""

    def __init__(self, town, choose, weights=None):
        self.town, self.choose, self.clock = town, choose, Clock()
        self.villages = list(Village.objects.order_by("order"))  # 每段历史从头取，会改名
        self.told = []  # 一件一句，出错时看
        self.places = {}  # 图斑主键 → [(时刻, 村, 亩)]
        self.diary = Diary(self.clock)
        self.undone_from = None  # 刚撤回的一批是哪天导入的
        self.number = 0
        moves = dict.fromkeys(MOVES, 1) | (weights or {})
        self.moves = list(Counter(moves).elements())

    def one_of(self, things, label=""):
        return self.choose(list(things), label)

    def run(self, number, after_each=lambda history, name: None):
        """试着办 number 件事；after_each 在每办成一件以后。"""
        with self.clock.running():
            self.note_places()
            self.diary.keep_up()
            for _ in range(number):
                self.number += 1
                self.clock.tick(self.one_of([0, 0, 1, 1, 2, 4], "过几天"))
                name = self.one_of(self.moves, "什么事")
                before = all_records()
                try:
                    sentence = MOVES[name](self)
                except REFUSALS:
                    assert all_records() == before
                    continue
                if sentence:
                    self.told.append(f"{self.clock.day} {sentence}")
                    self.note_places()
                    self.diary.keep_up()
                    after_each(self, name)
        return self

    def note_places(self):
        """每块图斑现在在哪个村、多少亩。"""
        for pk, *place in Patch.objects.values_list("pk", "village", "area_mu"):
            known = self.places.setdefault(pk, [])
            if not known or known[-1][1:] != tuple(place):
                known.append((self.clock.now, *place))

    def day(self, *more):
        """办的日子：今天，或往回填几天。"""
        return self.clock.day - timedelta(days=self.one_of([0, 0, 0, 1, 2, 5, *more], "早几天"))

    def patch(self):
        patches = Patch.objects.order_by("pk").values_list("pk", flat=True)
        return Patch.objects.get(pk=self.one_of(patches, "哪一块"))

    def target(self):
        """靠图斑量的一项，两份方案的都可以。"""
        targets = [*self.town.plan.targets.all(), *self.town.new.targets.all()]
        return self.one_of([target for target in targets if target.by_patches], "哪项任务")


def all_records():
    """不能办的，什么也没有留下。"""
    rows = RectificationRecord.objects.order_by("pk")
    return list(rows.values_list("pk", "withdrawn_on", "withdrawn_at"))


# 对一块图斑办一笔


def deed(history):
    patch, by = history.patch(), history.one_of(history.town.staff, "谁")
    may = sorted(permits.allowed(by, patch))
    if not may:
        return None
    if history.one_of([True, True, False], "不拆不移"):
        may = [verb for verb in may if verb not in ("split", "remove", "remark")] or may
    forward = [verb for verb in ("report", "confirm", "relapse") if verb in may]
    verb = history.one_of(may + forward * 6, "动作")
    given = DEEDS[verb](history, patch)
    on = history.day()
    getattr(actions, verb)(patch, by=by, on=on, **given)
    history.diary.did(patch, verb, on, given)
    return f"{by}对{patch.target.code}的{patch} {verb} on={on} {given}"


def report(history, patch):
    steps = list(patch.target.milestones.order_by("order"))
    step = history.one_of([None, None, *steps], "报到哪一步")
    if history.one_of([False, True], "只报一部分"):
        completes = history.one_of([False, True], "就这么多")
        return {"step": step, "area_mu": history.one_of(PARTS), "completes": completes}
    return {"step": step}


def send_back(history, patch):
    steps = list(patch.target.milestones.order_by("order"))
    return {"step": history.one_of([None, *steps], "退到哪一步"), "note": "未见复种"}


def amend(history, patch):
    villages = history.villages
    village = history.one_of([None, *villages], "改到哪个村")
    area = history.one_of([None, *AREAS], "改成多少亩")
    return {"reason": "重新丈量", "area_mu": area, "village": village}


def relapse(history, patch):
    steps = list(patch.target.milestones.order_by("order"))
    due_on = history.clock.day + timedelta(days=history.one_of([5, 30, 90], "限几天"))
    return {
        "step": history.one_of([None, *steps], "从哪步重来"),
        "due_on": due_on,
        "note": "又荒了",
    }


def split(history, patch):
    children = [{"code": f"{patch.code}-{half}", "area_mu": "3"} for half in "甲乙"]
    return {"reason": "两户", "children": children}


def with_note(history, patch):
    return {"note": "核过"}


def nothing(history, patch):
    return {}


DEEDS = {
    "report": report,
    "confirm": nothing,
    "send_back": send_back,
    "exempt": with_note,
    "defer": with_note,
    "resume": nothing,
    "remark": with_note,
    "amend": amend,
    "split": split,
    "relapse": relapse,
    "remove": with_note,
}

# 别的事


def take_one_back(history):
    patch = history.patch()
    record = patch.records.exclude(kind=Kind.REMARK).order_by("pk").last()
    if record is None:
        return None
    take_back(record, by=record.by)
    history.diary.stories[patch.pk].take_back(history.clock.day)
    return f"{record.by}撤回{patch.target.code}的{patch}的 {record.kind} {record.milestone.code}"


def carry(history):
    town, on = history.town, history.day()
    token = foresee(town.plan, town.new).token
    preview = carry_over(town.plan, town.new, by=town.admin, on=on, token=token)
    history.diary.carried(preview.moves, on)
    return f"结转 on={on}"


def insert_step(history):
    """在一项任务里插一步，截止日期和后面一步的一样；插在末了的没有时限。"""
    target = history.target()
    steps = list(target.milestones.order_by("order"))
    if len(steps) > 5:
        return None
    place = history.one_of(range(len(steps) + 1), "插在第几步前面")
    for step in reversed(steps[place:]):
        step.order += 1
        step.save(update_fields=["order"])
    due = steps[place].due_on if place < len(steps) else None
    actor = history.one_of(["VILLAGE", "TOWN", "DISTRICT"], "由谁做")
    code = f"n{history.number}"
    Milestone.objects.create(
        target=target, code=code, name=code, order=place + 1, due_on=due, actor=actor
    )
    history.diary.inserted(target, place, (code, actor))
    follow([target], by=history.town.admin, at=history.clock.now)
    return f"{target.plan}{target.code} 在第 {place + 1} 步插了 {code}（{actor}）"


def move_due(history):
    """截止日期改到前后两步之间；没有后一步的不早于前一步。"""
    target = history.target()
    steps = list(target.milestones.order_by("order"))
    place = history.one_of(range(len(steps)), "哪一步")
    before = steps[place - 1].due_on if place else target.plan.starts_on
    after = steps[place + 1].due_on if place + 1 < len(steps) else None
    if before is None:
        return None
    last = after or before + timedelta(days=25)
    steps[place].due_on = before + timedelta(
        days=history.one_of(range((last - before).days + 1), "改到哪天")
    )
    steps[place].save(update_fields=["due_on"])
    return f"{target.code} {steps[place].code} 的截止改到 {steps[place].due_on}"


def swap_names(history):
    """两个村的名字对换。"""
    one = history.one_of(history.villages, "哪个村")
    other = history.one_of([village for village in history.villages if village != one], "和哪个村")
    names = one.name, other.name
    for village, name in ((one, "换着"), (other, names[0]), (one, names[1])):
        village.name = name
        village.save(update_fields=["name"])
    return f"{names[0]}、{names[1]}对换了名字"


def import_file(history):
    """一份表：一块新的，有时带着已有的一块，面积或小地名变了。"""
    target, town = history.target(), history.town
    village = history.one_of(history.villages, "哪个村")
    code = history.one_of([f"下发{history.number}", f"{target.code}-0", f"{target.code}-1"], "编号")
    known = list(target.patches.select_related("village").order_by("pk"))
    rows = []
    if (village.pk, code) not in [(patch.village_id, patch.code) for patch in known]:
        rows.append([village.name, code, "6", "新坡"])
    if known and (not rows or history.one_of([False, True], "带已有的")):
        patch = history.one_of(known, "已有的哪一块")
        area = history.one_of([patch.area_mu, *AREAS], "表里多少亩")
        rows.append([patch.village.name, patch.code, area, f"坡{history.number}"])
    issued_on = history.day()
    batch = town.file(target, csv(HEADER, *rows), issued_on)
    apply_batch(batch, by=town.huang)
    return f"导入 {target.plan}{target.code} issued_on={issued_on} {rows}"


def undo_import(history):
    batches = list(Batch.objects.filter(applied_at__isnull=False, withdrawn_at=None))
    if not batches:
        return None
    batch = history.one_of(batches, "哪一批")
    restorable = history.diary.just_amended()
    undo(batch, by=history.town.huang)
    history.diary.restored(restorable)
    history.undone_from = timezone.localdate(batch.applied_at)
    return f"撤回导入 {batch.pk}"


def read(history):
    town = history.town
    targets = [target for target in town.plan.targets.all() if not target.by_patches]
    target, village = (
        history.one_of(targets, "哪项监测"),
        history.one_of([None, *history.villages], "哪个村"),
    )
    value, on = history.one_of([Decimal(20), Decimal(40), Decimal(110)], "多少"), history.day(9)
    make_reading(target, village=village, on=on, value=value, by=town.huang, created_at=now())
    return f"监测 {target.code} {village or '全镇'} {value} on={on}"


def unread(history):
    """监测数录错了，撤回：任何一天都当没有过，按录入看撤回以前还是当时的样子。"""
    rows = list(Reading.objects.filter(withdrawn_at=None))
    if not rows:
        return None
    row = history.one_of(rows, "哪一次")
    row.withdrawn_on, row.withdrawn_at = row.on, now()
    row.withdrawn_by, row.withdrawal_reason = history.town.huang, "录错了"
    row.save()
    return f"撤回监测 {row.target.code} {row.on} {row.value}"


def now():
    return timezone.now()


MOVES = {
    "deed": deed,
    "take_back": take_one_back,
    "carry": carry,
    "insert_step": insert_step,
    "move_due": move_due,
    "swap_names": swap_names,
    "import": import_file,
    "undo": undo_import,
    "read": read,
    "unread": unread,
}
PLAN_CHANGES = ("insert_step", "move_due")  # 过去哪一天的数都照新方案算
