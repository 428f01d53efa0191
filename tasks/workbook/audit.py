"""导入方案是成批写的，不逐行过 save()：这里记一条修改记录，写明文件、每一处旧 → 新。"""

from auditlog.models import LogEntry


def note_import(plan, diff, name):
    """在方案上记一条；没有变化就不记。"""
    if diff.is_empty:
        return
    changes = {"方案文件": ["", name]}
    for change in diff.new:
        changes.setdefault(f"新增{change.word}", ["", []])[1].append(change.label)
    changes = {
        key: [old, "、".join(new) if isinstance(new, list) else new]
        for key, (old, new) in changes.items()
    }
    for change in diff.changed:
        for column, old, new in change.fields:
            changes[f"{change.word} {change.label} {column}"] = [str(old), str(new)]
    LogEntry.objects.log_create(plan, action=LogEntry.Action.UPDATE, changes=changes)
