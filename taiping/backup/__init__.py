"""备份和恢复：一个 zip 里有全部数据表、上传的文件和一份带哈希的清单，两种数据库之间也能搬。"""

from taiping.backup.archive import ArchiveError, opened
from taiping.backup.making import make_backup, rotate
from taiping.backup.restoring import restore

__all__ = ["ArchiveError", "make_backup", "opened", "restore", "rotate"]
