"""备份和恢复：一个 zip 里有全部数据表、上传的文件和一份带哈希的清单，两种数据库之间也能搬。"""

from taiping.operations.backup.archive import ArchiveError, opened
from taiping.operations.backup.making import make_backup, rotate
from taiping.operations.backup.restoring import restore

__all__ = ["ArchiveError", "make_backup", "opened", "restore", "rotate"]
