"""恢复：先把备份从头核对完，再在一个事务里换掉全部数据；文件先写、不覆盖，不成就撤走。"""

import hashlib
from contextlib import suppress

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from taiping.operations.backup import rows
from taiping.operations.backup.archive import ArchiveError, opened
from taiping.operations.backup.fitting import DoesNotFit, check_references
from taiping.operations.versions import unknown_steps
from taiping.reports.bulletin.template import OWN, own_template

MEDIA = "media/"


def restore(path, *, replace=False):
    """用备份 path 恢复，返回清单。现有数据只有 replace=True 才换掉；抛 ArchiveError 时什么也没有变。"""
    with opened(path) as archive:
        _refuse_newer(archive)
        if not replace and is_in_use():
            raise ArchiveError(
                "这里已经有账号或方案，恢复会把现有数据全部换成备份里的。确实要换，先备份现在的，再加上 --replace。"
            )
        added = []
        renamed = {}
        try:
            _write_files(archive, added, renamed)
            with connection.constraint_checks_disabled(), transaction.atomic():
                replace_rows(archive, renamed)
                _put_template(archive)
        except BaseException as error:
            _remove(added)
            raise _explained(error) from error
    ContentType.objects.clear_cache()
    call_command("migrate", verbosity=0, interactive=False)
    return archive.manifest


def _explained(error):
    """没有恢复成，说一句话；按了 Ctrl+C 之类照旧。"""
    if isinstance(error, DoesNotFit):
        return ArchiveError(f"{error}这里什么也没有改。")
    if isinstance(error, ArchiveError) or not isinstance(error, Exception):
        return error
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ArchiveError(f"没有恢复成，什么也没有改：{words or type(error).__name__}")


def is_in_use():
    """已经有账号、方案或村；刚建好的空表不算。"""
    tables = set(connection.introspection.table_names())
    models = [
        apps.get_model(label) for label in ("villages.user", "tasks.plan", "villages.village")
    ]
    return any(model._meta.db_table in tables and model._base_manager.exists() for model in models)


def _refuse_newer(archive):
    unknown = [".".join(step) for step in unknown_steps(sorted(archive.migrations))]
    if unknown:
        raise ArchiveError(
            f"{archive.name} 是更新版本的系统做的（有 {len(unknown)} 步这里没有的数据表更新，如 {unknown[0]}）。"
            "请先把系统更新到那个版本，再恢复。"
        )


def _write_files(archive, added, renamed):
    """写进还没有的文件；同名而内容不同的另起名字，现有的一个也不覆盖。"""
    for entry, listed in archive.manifest["entries"].items():
        name = entry.removeprefix(MEDIA)
        if not entry.startswith(MEDIA) or _has(name, listed["sha256"]):
            continue
        with archive.zipped.open(entry) as stream:
            saved = default_storage.save(name, File(stream, name))
        added.append(saved)
        if saved != name:
            renamed[name] = saved


def _put_template(archive):
    """单位自己的通报模板：这里没有才放回去，有了的不覆盖。"""
    path = own_template()
    if OWN in archive.manifest["entries"] and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(archive.chunks(OWN)))


def _has(name, sha256):
    if not default_storage.exists(name):
        return False
    digest = hashlib.sha256()
    with default_storage.open(name, "rb") as stream:
        for chunk in stream.chunks():
            digest.update(chunk)
    return digest.hexdigest() == sha256


def _remove(names):
    for name in names:
        with suppress(OSError):
            default_storage.delete(name)


def replace_rows(archive, renamed):
    """换掉全部数据。备份比现在的旧：按当时的表结构装，再一步步更新到现在的。验证备份用的也是这一个。"""
    wanted = archive.migrations
    executor = MigrationExecutor(connection)
    same = set(executor.loader.applied_migrations) == wanted and not executor.migration_plan(
        executor.loader.graph.leaf_nodes()
    )
    then = apps if same else rebuild(wanted)
    rows.empty(then)
    found = {model._meta.label_lower: model for model in rows.kept_models(then)}
    for label, listed in archive.manifest["tables"].items():
        if label not in found or set(listed["columns"]) != set(rows.columns_of(found[label])):
            raise ArchiveError(
                f"备份里的表 {label} 和它自己说的版本对不上，可能被改动过。什么也没有改。"
            )
        lines = archive.lines(f"data/{label}.jsonl")
        if rows.load(found[label], listed, lines, renamed) != listed["rows"]:
            raise ArchiveError(f"备份里的表 {label} 的行数和清单不一致。什么也没有改。")
    rows.reset_sequences(list(found.values()))
    check_references(found.values())
    if not same:
        executor = MigrationExecutor(connection, progress_callback=look_at_references)
        executor.migrate(executor.loader.graph.leaf_nodes())


def look_at_references(action, migration=None, fake=False):
    """每一步更新以前先看过引用：同一个事务里刚写过的表，PostgreSQL 还有引用没有看，就不让改表。"""
    if action == "apply_start" and connection.vendor == "postgresql":
        connection.check_constraints()


def rebuild(wanted):
    """拆掉本系统的表，建成备份那时的样子；返回那时的模型。"""
    labels = (*(f"{app.label}_" for app in apps.get_app_configs()), "django_")
    with connection.schema_editor() as editor:
        for table in connection.introspection.table_names():
            if table.startswith(labels):
                editor.execute(editor.sql_delete_table % {"table": editor.quote_name(table)})
    MigrationRecorder(connection).ensure_schema()
    executor = MigrationExecutor(connection)
    parents = set()
    for step in wanted:
        parents |= {parent.key for parent in executor.loader.graph.node_map[step].parents}
    leaves = sorted(wanted - parents)
    executor.migrate(leaves)
    return executor.loader.project_state(leaves).apps
