"""代码和数据库谁新谁旧：旧代码开在更新过的数据库上，会丢数据，一步也不能走。"""

import logging

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

logger = logging.getLogger(__name__)
OURS = ("villages", "tasks", "plots", "taiping")


class NewerDatabase(Exception):
    """数据库是更新版本的系统建的；话是给管理员看的一句。"""


def unknown_steps(applied):
    """applied 里的数据表更新 (应用, 名字)，这份代码没有的；合并掉的旧步骤（replaces）不算没有。"""
    on_disk = MigrationLoader(None).disk_migrations
    known = set(on_disk).union(*(migration.replaces for migration in on_disk.values()))
    return [step for step in map(tuple, applied) if step not in known]


def newer_sentence(applied=None):
    """数据库比代码新就是一句话，不是就是空。applied 是数据库里更新过的步，刚查过的给它就不再查。

    别人写的包多出来的步骤只记在日志里：表还是那些表，照样能用。
    """
    labels = {config.label: config.name.split(".")[0] in OURS for config in apps.get_app_configs()}
    if applied is None:
        applied = MigrationRecorder(connection).applied_migrations()
    unknown = unknown_steps(sorted(applied))
    ours = [f"{app}.{name}" for app, name in unknown if labels.get(app)]
    others = [f"{app}.{name}" for app, name in unknown if labels.get(app) is False]
    if others:
        logger.warning(
            "数据库里有装着的包没有的更新：%s。请照 requirements.txt 装齐。", "、".join(others)
        )
    if not ours:
        return ""
    return (
        f"数据库是更新版本的系统建的（有 {len(ours)} 步这里没有的数据表更新，如 {ours[0]}），旧代码在上面用会丢数据。"
        "请换上新代码，或恢复更新前的备份。"
    )


def refuse_newer_database():
    """开始服务、备份以前：数据库比代码新就抛 NewerDatabase。数据库这时连不上不拦，/healthz 会说。"""
    try:
        sentence = newer_sentence()
    except DatabaseError:
        return
    finally:
        if not connection.in_atomic_block:  # 只问这一次，不占着一条连接
            connection.close()
    if sentence:
        raise NewerDatabase(sentence)
