"""验证：把写好的备份在一个临时的 SQLite 里真的装一遍，用的就是恢复的那一套。正在用的数据库不碰，谁也不等。"""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from taiping.operations.backup.archive import ArchiveError
from taiping.operations.backup.restoring import rebuild, replace_rows

MB = 1024 * 1024
ROOM_RATIO = 3  # 装好的库最多是备份里数据（解开后）的几倍
EMPTY_BYTES = 2 * MB  # 加上空表
# 用完就删的库：不怕断电，日志不落盘
FAST_PRAGMAS = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;"


def prove(archive):
    """archive 装得上就返回；装不上、临时文件夹放不下，抛 ArchiveError。照片已经逐个核对过，不再写一遍。"""
    try:
        with tempfile.TemporaryDirectory(
            prefix="taiping-backup-", ignore_cleanup_errors=True
        ) as folder:
            _refuse_small(archive, folder)
            path = Path(folder) / "db.sqlite3"
            build_schema(path, archive.migrations)
            with (
                default_database(path),
                connection.constraint_checks_disabled(),
                transaction.atomic(),
            ):
                replace_rows(archive, {})
    except ArchiveError:
        raise
    except (DatabaseError, OSError) as error:
        raise ArchiveError(f"临时的数据库没有建成（{error}）。{_elsewhere()}") from error


def _refuse_small(archive, folder):
    """先看放不放得下，不去把磁盘撑满：正在用的数据库可能也在这块盘上。"""
    entries = archive.manifest["entries"]
    rows = sum(entry["size"] for name, entry in entries.items() if name.startswith("data/"))
    wanted = rows * ROOM_RATIO + EMPTY_BYTES
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise ArchiveError(
            f"临时文件夹只剩 {free // MB} MB，装一遍要 {wanted // MB} MB。{_elsewhere()}"
        )


def _elsewhere():
    return f"请给 {tempfile.gettempdir()} 腾出空间，或用环境变量 TMPDIR（Windows 是 TEMP）换一个文件夹，再备份一次。"


@contextmanager
def default_database(path):
    """块里的默认数据库是 path 这个 SQLite；只换这个线程的，出来就换回原来的连接。"""
    own = connections[DEFAULT_DB_ALIAS]
    settings = {**own.settings_dict, "NAME": str(path), "OPTIONS": {"init_command": FAST_PRAGMAS}}
    connections[DEFAULT_DB_ALIAS] = DatabaseWrapper(settings, DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = own


def build_schema(path, migrations):
    """在 path 建一个新的 SQLite，是这些迁移之后的样子。"""
    with default_database(path), connection.constraint_checks_disabled(), transaction.atomic():
        rebuild(migrations)
