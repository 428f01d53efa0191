"""批次：存下上传的文件、人指明的列和坐标系；没有导入的收走。"""

from datetime import date, timedelta
from uuid import uuid4

from django.core.files.base import File

from plots.importing.apply import Refused
from plots.importing.kinds import HEAD, is_vector
from plots.importing.layout import Layout, PatchSheet
from plots.importing.names import Names
from plots.importing.vector_sheets import chosen_code
from plots.models import Batch
from plots.models.column_aliases import ColumnAlias
from plots.models.columns import AREAS, EXTRA, Field
from taiping.ground import dates
from taiping.ground.dates import long_date
from taiping.ground.form_fields import suffix_of
from taiping.ground.tables import LONGEST_HEADER, Kept, TableError, tidy_header
from tasks.models import Plan, Target

ABANDONED = timedelta(days=7)


def new_batch(
    content: File,
    name: str,
    *,
    target: Target,
    kind: str,
    by,
    issued_on: date | None = None,
    suffix: str = "",
    crs: str = "",
    with_hidden: bool = False,
) -> Batch:
    """存下原文件，返回还没导入的批次。是矢量数据的，就是矢量数据；suffix 不给就是 name 的。

    issued_on 是哪天下发的，新增的图斑从这天起算。
    """
    suffix = suffix or suffix_of(name)
    if kind == Batch.Source.TABLE and is_vector(f"x{suffix}", head_of(content)):
        kind = Batch.Source.GEO
    batch = Batch(target=target, kind=kind, name=name[:200], by=by, crs=crs)
    batch.issued_on, batch.with_hidden = issued_on, with_hidden
    batch.file.save(f"{uuid4().hex}{suffix[:8]}", content, save=False)
    batch.save()
    return batch


def head_of(content: File) -> bytes:
    """文件的开头，看是什么；看完回到开头。"""
    content.seek(0)
    head = content.read(HEAD)
    content.seek(0)
    return head


def issue_refusal(plan: Plan, on: date, today: date) -> str:
    """下发日期不行的原因；行是空文字。方案已经结束的，今天不会是下发日期。"""
    if on > today:
        return f"下发日期 {long_date(on)} 还没有到，请填今天或以前的日期。"
    if on > plan.ends_on:
        return f"{plan}已于{long_date(plan.ends_on)}结束，下发日期请填结束以前的那一天。"
    return ""


def forget(batch: Batch) -> None:
    """没有导入的批次，连文件、预览时读好的一起不留。"""
    Kept(batch.file).forget()
    batch.file.delete(save=False)
    batch.delete()


def forget_abandoned() -> None:
    """传上来又没有导入的，留七天。"""
    before = dates.now() - ABANDONED
    for batch in Batch.objects.filter(applied_at=None, created_at__lt=before, patches=None)[:100]:
        forget(batch)


def use_crs(batch: Batch, code: str) -> None:
    """照人选的坐标系读；空是照文件写的。不能用抛 Refused。"""
    try:
        batch.crs = chosen_code(code)
    except TableError as error:
        raise Refused(str(error)) from None
    batch.save(update_fields=["crs"])


def use_hidden(batch: Batch, sheets: list[PatchSheet], with_hidden: bool) -> None:
    """连隐藏的一起读，或不读；以前没有读的表，手工对列时勾不勾不算数。"""
    shown = {sheet.name for sheet in sheets if not sheet.is_hidden}
    batch.layout = {name: chosen for name, chosen in batch.layout.items() if name in shown}
    batch.with_hidden = with_hidden
    batch.save(update_fields=["with_hidden", "layout"])


def use_layout(batch: Batch, chosen: dict, layouts: list[Layout], *, remember: bool) -> int:
    """照人指明的列读：chosen 是 {表名: {"header", "columns", "used"}}。同一项选了两列抛 Refused。

    remember 时新对上的表头记到“表头的写法”里，下次自动认出；返回记了几个。
    """
    if repeated := _repeated(chosen, layouts):
        raise Refused(" ".join(repeated))
    added = _remember(batch, chosen, layouts) if remember else 0
    batch.layout = chosen
    batch.save(update_fields=["layout"])
    return added


def _repeated(chosen, layouts):
    """同一项选了两列的，每处一句话。"""
    sentences = []
    for layout in layouts:
        labels = {}
        if chosen[layout.name]["used"]:
            for use, field in _chosen_uses(chosen, layout):
                group = "面积" if field in AREAS or field == Field.AREA else Field(field).label
                labels.setdefault(group, []).append(use.label)
        for group, columns in labels.items():
            if len(columns) > 1:
                sentences.append(
                    f"“{group}”选了 {len(columns)} 列：{'、'.join(columns)}。请只留一列，其余选“其他列”。"
                )
    return sentences


def _remember(batch, chosen, layouts):
    names = Names(cloud=batch.kind == Batch.Source.CLOUD)
    texts = ColumnAlias.objects.values_list("text", flat=True)
    known = {tidy_header(text) for text in texts}
    added = 0
    for layout in layouts:
        for use, field in _chosen_uses(chosen, layout):
            header = use.header
            is_new = tidy_header(header) not in known and names.find(header) is None
            if header and is_new and len(header) <= LONGEST_HEADER:
                ColumnAlias.objects.create(text=header, field=field)
                known.add(tidy_header(header))
                added += 1
    return added


def _chosen_uses(chosen, layout):
    """一张表里指明了用作哪一项的列：[(ColumnUse, 项)]。"""
    columns = chosen[layout.name]["columns"].items()
    return [
        (layout.uses[int(index)], field)
        for index, field in columns
        if field not in (EXTRA, Field.IGNORE)
    ]
