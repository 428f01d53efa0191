"""上传的文件和记录对一遍：没有记录的文件（保存到一半断电留下的）、记录还在而文件不在的。哪种存储都一样。"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models
from django.utils import timezone

from taiping.ground.tables.keeping import SUFFIX as KEPT

PROGRESS = "progress"  # 导入的进度也存在这里，导入中断会留下


@dataclass(frozen=True)
class Orphan:
    """没有记录的文件：size 是字节，written_at 是最后写的时刻。"""

    storage: Storage
    name: str
    size: int
    written_at: datetime


@dataclass(frozen=True)
class Lost:
    """记录在，文件不在：“举证材料”编号 7 的“原件”。"""

    model: type[models.Model]
    pk: int
    field: models.FileField
    name: str

    def __str__(self):
        return f"“{self.model._meta.verbose_name}”编号 {self.pk} 的“{self.field.verbose_name}”：{self.name}"


def compare(older_than: timedelta) -> tuple[list[Orphan], list[Lost]]:
    """([Orphan], [Lost])。older_than 以内写的文件不算：保存时先写文件、后写记录，记录可能还没有提交。

    先看有哪些文件，再看有哪些记录：中间新存的只会让文件多出记录来，不会反过来。
    预览读好、留在原文件旁边的，原文件有记录就算有。
    """
    fields = _file_fields()
    stored = {}
    for storage in {field.storage for _, field in fields}:
        stored[storage] = set(_walk(storage, _folders(fields, storage)))
    unclaimed = {storage: set(names) for storage, names in stored.items()}
    lost = []
    for model, field in fields:
        for pk, name in _names(model, field):
            unclaimed[field.storage] -= {name, f"{name}{KEPT}"}
            if name not in stored[field.storage] and not field.storage.exists(name):
                lost.append(Lost(model, pk, field, name))
    before = timezone.now() - older_than
    orphans = []
    for storage, names in unclaimed.items():
        for name in sorted(names):
            orphan = _orphan(storage, name)
            if orphan and orphan.written_at < before:
                orphans.append(orphan)
    return orphans, lost


def _file_fields():
    """[(模型, FileField)]：每个有自己的表的模型的每一个。"""
    found = []
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField):
                found.append((model, field))
    return found


def _folders(fields, storage):
    """程序往哪些文件夹里写；别的地方的文件不是我们的，不看。写到哪里由函数定的，整个存储都看。"""
    ours = [field.upload_to for _, field in fields if field.storage == storage]
    if any(callable(where) for where in ours):
        return [""]
    tops = {where.partition("/")[0] for where in ours}
    return [""] if "" in tops else sorted({*tops, PROGRESS})


def _walk(storage, folders):
    for folder in folders:
        try:
            inner, names = storage.listdir(folder)
        except FileNotFoundError:  # 还没有传过这一类
            continue
        prefix = f"{folder}/" if folder else ""
        yield from (f"{prefix}{name}" for name in names if name)
        yield from _walk(storage, [f"{prefix}{name}" for name in inner if name])


def _names(model, field):
    rows = model._base_manager.exclude(**{field.name: ""}).exclude(
        **{f"{field.name}__isnull": True}
    )
    return rows.values_list("pk", field.attname).iterator(chunk_size=2000)


def _orphan(storage, name):
    try:
        written_at = storage.get_modified_time(name)
        return Orphan(storage, name, storage.size(name), written_at)
    except FileNotFoundError:  # 刚才还在，别人删了
        return None
