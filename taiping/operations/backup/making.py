"""做备份：先取数据库同一刻的快照，再按快照里写着的名字收文件，写完真的装一遍。系统照常用。"""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from taiping.ground.moments import one_moment
from taiping.operations.backup.archive import ArchiveError, opened, refuse_existing, writing
from taiping.operations.backup.fitting import REFUSALS
from taiping.operations.backup.proving import prove
from taiping.operations.backup.rows import (
    as_line,
    columns_of,
    dump,
    json_nulls,
    kept_models,
)
from taiping.operations.versions import newer_sentence
from taiping.reports.bulletin.template import OWN, own_template

UNPROVEN = ".未验证.zip"
# 本来就压过的，不再压
PACKED = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".docx", ".xlsx", ".zip")
NAME = re.compile(r"[\w\-]{1,40}")
DATED = re.compile(r"-\d{8}-\d{6}")


class Unproven(ArchiveError):
    """备份写全了，却没有验证成；文件还在，名字里有“未验证”。"""


def make_backup(path):
    """把数据库和上传的文件备份到 path，写完从头核对、再装一遍，都好了才叫 path 这个名字。返回清单。

    写不成抛 ArchiveError，不留半份；写成了而没有验证成抛 Unproven，文件留着：它可能是唯一的一份。
    """
    path = Path(path)
    refuse_existing(path)
    refuse_unmigrated()
    draft = path.with_name(path.name.removesuffix(".zip") + UNPROVEN)
    _write(draft)
    try:
        with opened(draft) as archive:
            prove(archive)
    except ArchiveError as error:
        raise Unproven(
            f"备份写出来了，但没有验证成，不能当它是好的：{error}\n写好的一份留着，叫 {draft}；以前的备份一份也没有删。"
        ) from error
    draft.replace(path)
    return archive.manifest


def _write(path):
    with writing(path) as writer:
        tables = {}
        names = []
        with one_moment():
            migrations = _known_migrations()
            for model in kept_models(apps):
                tables[model._meta.label_lower] = _add_table(writer, model, names)
        missing = [name for name in dict.fromkeys(names) if not _add_file(writer, name)]
        if own_template().exists():
            writer.add(OWN, [own_template().read_bytes()], compress=False)
        writer.finish(
            {
                "made_at": timezone.now().isoformat(),
                "site": settings.SYSTEM_TITLE,
                "database": connection.vendor,
                "migrations": migrations,
                "tables": tables,
                "missing": missing,
                "demo_day": settings.DEMO_DAY and settings.DEMO_DAY.isoformat(),
            }
        )


def _known_migrations():
    """更新过的步；早就去掉的应用留在表里的不算，恢复时没有它们。"""
    known = MigrationLoader(None).disk_migrations
    return sorted(
        step for step in MigrationRecorder(connection).applied_migrations() if step in known
    )


def refuse_unmigrated():
    if newer := newer_sentence():
        raise ArchiveError(newer)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ArchiveError(
            "数据表还不是这个版本的。请先运行 quickstart --no-demo --no-serve 更新数据表，再备份。"
        )


def _add_table(writer, model, names):
    """写一张表；顺手记下里面提到的文件名。"""
    columns = columns_of(model)
    fields = model._meta.local_concrete_fields
    files = [at for at, field in enumerate(fields) if isinstance(field, models.FileField)]
    count = 0

    def lines():
        nonlocal count
        for row in dump(model):
            names.extend(row[at] for at in files if row[at])
            count += 1
            yield as_line(row)

    try:
        writer.add(f"data/{model._meta.label_lower}.jsonl", lines())
        nulls = json_nulls(model)
    except REFUSALS as error:
        raise ArchiveError(
            f"“{model._meta.verbose_name}”表（{model._meta.label_lower}）读到第 {count + 1} 行时有一个值读不出来：{error}。"
            "没有备份。请把这句话交给维护的人。"
        ) from error
    summary = {"columns": columns, "rows": count}
    return {**summary, "json_nulls": nulls} if nulls else summary


def _add_file(writer, name):
    """收一个文件；已经不在了就返回 False，备份照做，清单里写明。"""
    try:
        stream = default_storage.open(name, "rb")
    except FileNotFoundError:
        return False
    with stream:
        writer.add(f"media/{name}", stream.chunks(), compress=not name.lower().endswith(PACKED))
    return True


def rotate(folder, name, keep):
    """在 folder 里做一份带日期的备份，做成以后只留最新的 keep 份。返回（路径, 清单, 删掉的路径）。"""
    folder = Path(folder)
    if not NAME.fullmatch(name):
        raise ArchiveError("--name 只能用文字、数字、“-”和“_”，最多 40 个字。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"建不成文件夹 {folder}：{error.strerror}。") from None
    path = folder / f"{name}-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
    try:
        manifest = make_backup(path)
    except Unproven:
        _drop_old(folder, name, UNPROVEN, keep)  # 没有验证成的也不能一天天堆满磁盘；好的一份不动
        raise
    return path, manifest, _drop_old(folder, name, ".zip", keep)


def _drop_old(folder, name, ending, keep):
    """这个名字、这种结尾的只留最新 keep 份；返回删掉的。"""
    kept = sorted(found for found in folder.iterdir() if _is_dated(found.name, name, ending))
    old = kept[: max(len(kept) - keep, 0)]
    for found in old:
        found.unlink()
    return old


def _is_dated(file_name, name, ending):
    if not (file_name.startswith(name) and file_name.endswith(ending)):
        return False
    return bool(DATED.fullmatch(file_name.removeprefix(name).removesuffix(ending)))
