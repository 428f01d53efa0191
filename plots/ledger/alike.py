"""某一天的图斑按办过什么分成一批批：一样的只照 plots.ledger.replay 算一次，不论几万块，一次查询。"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, TextField
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Lookup

from plots.ledger.replay import WORK, PatchStanding, replay
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.choices import ENDED
from plots.models.querysets import PatchQuerySet
from taiping.ground.area import from_millionths
from tasks.models import Milestone

# 状态由这几种记录定；拆分不改状态，恢复是暂缓撤回了
TELLING = (*WORK, Kind.RETURN, Kind.EXEMPT, Kind.DEFER, Kind.RELAPSE, *ENDED)
# 一条记录写成几个字：种类、时间节点、+ 是这一步完成，* 是随方案补的，反弹的带着另定的截止日期；
# 最常见的“上报、这一步完成”只写时间节点，拼得快
WORD = """
    CASE WHEN completes AND kind = 'REPORT' AND copy_of_id IS NULL THEN milestone_id || ''
    ELSE kind || milestone_id || CASE WHEN completes THEN '+' ELSE '-' END
        || CASE WHEN copy_of_id = id THEN '*' ELSE '' END
        || CASE WHEN kind = 'RELAPSE' THEN '@' || due_on ELSE '' END
    END
"""
WRITTEN = re.compile(r"([A-Z]{0,10})(\d{1,19})([+-]?)(\*?)(?:@(\d{4}-\d\d-\d\d))?")
# SQLite 一块块地按索引去拿最省；PostgreSQL 接上一起归类省得多。图斑只筛一遍：筛两遍的，统计旧了会给每条记录各筛一遍
SQLITE = """
    SELECT target_id, NULL, NULL, NULL, story, COUNT(*), SUM(area_mu), GROUP_CONCAT(id)
    FROM (
        SELECT id, target_id, area_mu,
               (SELECT GROUP_CONCAT(word, ' ')
                FROM (SELECT word FROM ({words}) r WHERE r.patch_id = p.id ORDER BY r.id)) AS story
        FROM ({patches}) p
    ) s GROUP BY target_id, story
"""
POSTGRESQL = """
    SELECT target_id, NULL, NULL, NULL, story, COUNT(*), SUM(area_mu), STRING_AGG(id::text, ',')
    FROM (
        SELECT p.id, p.target_id, p.area_mu, STRING_AGG(r.word, ' ' ORDER BY r.id) AS story
        FROM ({patches}) p LEFT JOIN ({words}) r ON r.patch_id = p.id
        GROUP BY p.id, p.target_id, p.area_mu
    ) s GROUP BY target_id, story
"""
# 那天以后没有动过的，现在存着的就是那天的，不看记录；接在后面的是动过的
MOVED = "SELECT patch_id FROM moved"
KEPT = """
    WITH moved AS ({moved})
    SELECT target_id, status, next_milestone_id, due_on, '', COUNT(*), SUM(area_mu), %s
    FROM ({kept}) p WHERE id NOT IN (SELECT patch_id FROM moved)
    GROUP BY target_id, status, next_milestone_id, due_on
    UNION ALL
"""
FORMS = {
    "sqlite": (SQLITE, KEPT % "GROUP_CONCAT(id)"),
    "postgresql": (POSTGRESQL, KEPT % "STRING_AGG(id::text, ',')"),
}
# 状态 → 停在那里的一条记录；待整治、整治中、待核实、已销号的没有这样一条
HALTS = {
    Status.RETURNED: Kind.RETURN,
    Status.EXEMPT: Kind.EXEMPT,
    Status.DEFERRED: Kind.DEFER,
    **{status: kind for kind, status in ENDED.items()},
}


@dataclass(frozen=True)
class Alike:
    """那天办到一样地步的一批图斑：现状一样，count 块，共 area_mu 亩；ids 是它们的主键，用逗号隔开。"""

    standing: PatchStanding
    count: int
    area_mu: Decimal
    ids: str


class Told(NamedTuple):
    """一条记录里算现状要的几样；replay 当它是 RectificationRecord。"""

    pk: int
    kind: str
    milestone_id: int
    completes: bool
    is_added_with_plan: bool
    due_on: date | None
    area_mu: Decimal = Decimal(0)
    withdrawn_at: None = None  # 那天都有效


class Among(Lookup):
    """主键在一大串（用逗号隔开）里面：整串是一个参数，多少万个也不超过数据库许可的参数个数。"""

    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, given = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s::bigint[])", [*given, f"{{{self.rhs}}}"]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*given, f"[{self.rhs}]"]  # noqa: S608 left 是列名


def among(ids: Iterable[str], field: str = "pk") -> Q:
    """主键（或 field 指的主键）在这几串里的，写在图斑的查询里。"""
    return Q(Among(F(field), ",".join(ids)))


def alike(
    patches: PatchQuerySet,
    on: date,
    basis: str,
    steps: Mapping[int, Sequence[Milestone]],
    kept: Q | None = None,
) -> list[Alike]:
    """patches 分成几批；steps 是 {任务主键: 它的时间节点，按顺序}。

    kept 给了，那天以后没有动过的就不看记录，只要合 kept 的；没给就块块看记录，patches 不多时这样快。
    """
    every = RectificationRecord.objects.order_by()
    words, scope = every.effective(on, basis).filter(kind__in=TELLING), patches.order_by()
    form, before = FORMS[connection.vendor]
    parts = {}
    if kept is not None:
        form = before + form
        parts["moved"] = every.moved_after(on, basis).values("patch_id")
        parts["kept"] = scope.filter(kept).values(
            "id", "target_id", "status", "next_milestone_id", "due_on", "area_mu"
        )
        scope = scope.filter(pk__in=RawSQL(MOVED, ()))  # noqa: S611 是上面写死的
    words = words.annotate(word=RawSQL(WORD, (), TextField()))  # noqa: S611 是上面写死的
    parts["patches"] = scope.values("id", "target_id", "area_mu")
    parts["words"] = words.values("id", "patch_id", "word")
    try:
        rows = _rows(form, parts)
    except EmptyResultSet:  # 条件自己就说明一块也没有，不用查
        return []
    return list(_told(rows, steps))


def _rows(form, parts):
    """parts 的查询填进 form；参数照它们在 form 里的先后。"""
    written = {name: part.query.sql_with_params() for name, part in parts.items()}
    in_order = sorted(written, key=lambda name: form.index(f"{{{name}}}"))
    params = [value for name in in_order for value in written[name][1]]
    with connection.cursor() as cursor:
        cursor.execute(form.format(**{name: sql for name, (sql, _) in written.items()}), params)
        return cursor.fetchall()


def _told(rows, steps) -> Iterator[Alike]:
    bare = Patch(area_mu=0)  # 现状里不看面积
    for target, status, step, due_on, story, count, area, ids in rows:
        line = steps.get(target, ())
        records = _shortest(status, step, due_on, line) if status else _records(story or "")
        yield Alike(replay(bare, records, line), count, from_millionths(area), ids)


def _shortest(status, pending, due_on, steps):
    """走到存着的状态、下一步（pending）、另定的截止日期最短的一段记录：步骤是按顺序做完的，暂缓停在下一步。"""
    orders = [step.pk for step in steps]
    if pending in orders:
        done = orders[: orders.index(pending)]
    else:
        done = orders if status == Status.CLOSED else []
    here = pending or (orders[-1] if orders else 0)
    was_added = status == Status.PENDING  # 做完了几步还是待整治：都是随方案补的
    told = [(Kind.REPORT, step, True, was_added, None) for step in done]
    if status == Status.UNDERWAY and not done:
        told.append((Kind.REPORT, here, False, False, None))
    if due_on:
        day = date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
        told.append((Kind.RELAPSE, here, False, False, day))
    if status in HALTS:
        told.append((HALTS[status], here, False, False, None))
    return [Told(number, *record) for number, record in enumerate(told, 1)]


def _records(story):
    """写成几个字的记录又变回记录，按录入先后；只为照着算，不存。"""
    for number, word in enumerate(story.split(), 1):
        kind, milestone, completes, added, due_on = WRITTEN.fullmatch(word).groups()
        day = date.fromisoformat(due_on) if due_on else None
        yield Told(number, kind or Kind.REPORT, int(milestone), completes != "-", bool(added), day)
