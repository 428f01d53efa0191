"""举证材料：照片和文件怎么查、怎么存、怎么看出同一张照片用了两次。

先 check_all（不碰数据库），全部合格再存；存在 with saving(): 里，事务不成就把写下的文件删掉。
"""

from plots.evidence.checking import (
    Checked,
    EvidenceError,
    accepted_words,
    check,
    check_all,
    photo_count,
)
from plots.evidence.listing import listed, mark_twins
from plots.evidence.pending import (
    Full,
    Spoiled,
    arrived,
    arrived_one,
    drop,
    keep,
    told,
    waiting_for,
)
from plots.evidence.storing import attach, attach_files, drop_attachments, saving, store

__all__ = [
    "Checked",
    "EvidenceError",
    "Full",
    "Spoiled",
    "accepted_words",
    "arrived",
    "arrived_one",
    "attach",
    "attach_files",
    "check",
    "check_all",
    "drop",
    "drop_attachments",
    "keep",
    "listed",
    "mark_twins",
    "photo_count",
    "saving",
    "store",
    "told",
    "waiting_for",
]
