"""系统好不好：数据库、数据表、磁盘、上传的文件。给监控看，不说地址、路径和密码。"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from taiping.ground.faults import BUSY, fault_of
from taiping.operations.versions import newer_sentence

MB = 1024 * 1024


def checks() -> list[tuple[str, bool, str]]:
    """[(名字, 好不好, 一句话)]。数据库连不上就不再问数据表。"""
    found = [_database()]
    if found[0][1]:
        found.append(_migrations())
    return [*found, _disk(), _media()]


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            is_read_only = _is_read_only(cursor)
    except (Error, sqlite3.Error):
        return "database", False, "数据库连不上"
    if is_read_only:
        return "database", False, "数据库只能读、写不进去，请检查它属于哪个用户、是不是只读"
    return "database", True, "数据库连得上，写得进"


def _is_read_only(cursor):
    """试试写不写得进，什么也不留下；别人正在写也算写得进，不等他。"""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"
        )
        return cursor.fetchone()[0]
    cursor.execute("PRAGMA query_only")
    if cursor.fetchone()[0]:
        return True
    # 另开一条连接：这一条要等锁二十秒，也可能正在事务里
    given = {**connection.get_connection_params(), "timeout": 0, "isolation_level": None}
    with closing(sqlite3.connect(**given)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return fault_of(error) is not BUSY
    return False


def _migrations():
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        newer = newer_sentence(executor.loader.applied_migrations)
    except Error:
        return "migrations", False, "数据表读不出来"
    if newer:
        return "migrations", False, newer
    if waiting:
        words = f"数据表还差 {len(waiting)} 步没有更新，请运行 quickstart --no-serve"
        return "migrations", False, words
    return "migrations", True, "数据表是最新的"


def _disk():
    try:
        free = shutil.disk_usage(settings.DATA_DIR).free // MB
    except OSError:
        return "disk", False, "数据文件夹不在了"
    words = f"磁盘还剩 {free} MB"
    if free < settings.HEALTH_MIN_FREE_MB:
        return "disk", False, f"{words}，少于 {settings.HEALTH_MIN_FREE_MB} MB，请清理"
    return "disk", True, words


def _media():
    if not isinstance(default_storage, FileSystemStorage):
        good = _answers()
        return "media", good, "文件存储连得上" if good else "文件存储连不上"
    folder = Path(default_storage.location)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent  # 还没有传过文件，文件夹要到第一次才建
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return "media", True, "上传的文件存得下"
    return "media", False, "上传文件的文件夹写不进去，请检查它属于哪个用户"


def _answers():
    try:
        default_storage.exists("healthz")
    except Exception:  # 各家存储的错误没有共同的类
        return False
    return True
