"""来源：批次里留存的原文件 → 一张张表。按内容认格式，不看文件名。"""

from collections.abc import Callable

from plots.importing.layout import PatchSheet
from plots.importing.names import Names
from plots.importing.progress import silent
from plots.importing.vector_sheets import vector_sheets
from plots.models import Batch
from taiping.ground.form_fields import suffix_of
from taiping.ground.tables import (
    Sheet,
    TableError,
    TooHeavy,
    kind_of,
    read_csv,
    read_markup,
    read_pasted,
    read_workbook,
    within_limits,
)

WORKBOOK_STARTS = (b"PK", b"\xd0\xcf\x11\xe0")
PASTED = ".tsv"  # 粘贴来的文字存成这种文件
OTHER_STARTS = {b"%PDF": "PDF 文件", b"\xff\xd8\xff": "图片", b"\x89PNG": "图片", b"Rar!": "压缩包"}


def content_of(batch: Batch) -> bytes:
    """原文件；读到限度没读完的不再读，文件没了的也是，抛 TableError。"""
    if batch.unreadable:
        raise TableError(batch.unreadable)
    try:
        with batch.file.open("rb") as stream:
            return stream.read()
    except (FileNotFoundError, ValueError):
        raise TableError("这个文件已经不在了，请重新上传。") from None


def read_batch(batch: Batch, names: Names, tick: Callable = silent) -> list[PatchSheet]:
    """批次的原文件 → 一张张表；读不了抛 TableError，说明是给人看的一句话。

    文件的 bytes 只交到读的那里，读完就放下：上百兆的，收拾图形的时候不再占着。读到限度还没读完的，记在批次上，以后打开不再读。
    """
    try:
        if batch.kind == Batch.Source.GEO:
            suffix = suffix_of(batch.file.name)
            return vector_sheets(batch, content_of(batch), suffix, names, tick)
        sheets = read_sheets(content_of(batch), pasted=batch.file.name.endswith(PASTED))
        return [PatchSheet(**vars(sheet)) for sheet in sheets]
    except TooHeavy as refusal:
        batch.unreadable = str(refusal)
        batch.save(update_fields=["unreadable"])
        raise


def read_sheets(content: bytes, *, pasted: bool = False) -> list[Sheet]:
    if pasted:
        return [read_pasted(content.decode())]
    if content.startswith(WORKBOOK_STARTS):
        return read_workbook(content)
    if kind_of(content):
        return within_limits(read_markup, content)
    if not content:
        raise TableError("这是一个空文件（0 字节）。请检查文件是否传完整。")
    for start, name in OTHER_STARTS.items():
        if content.startswith(start):
            raise TableError(f"这是{name}，不是表格。请用表格软件另存为 .xlsx 或 .csv 后再用。")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        raise TableError("这是 XML 数据，不是表格。请在表格软件里打开，另存为 .xlsx 后再用。")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[{")):
        raise TableError(
            "这是 JSON 数据，不是表格。是图斑的 GeoJSON，请把文件名改成 .geojson 结尾再传。"
        )
    return [read_csv(content)]
