"""图斑与整改的表：批次、图斑、整改记录、举证材料、附件、整改材料、改过的整改路径、督办单、图形、检查、退回理由、表头的写法。

只用 tasks.models 以下。
"""

from plots.models.attachments import Attachment
from plots.models.batches import Batch, BatchBefore, Mend
from plots.models.checks import GeometryCheck
from plots.models.choices import Kind, Status
from plots.models.column_aliases import ColumnAlias
from plots.models.documents import RemedyDocument
from plots.models.duty_files import DutyEntryFile
from plots.models.evidence import Evidence, PendingEvidence
from plots.models.orders import OrderReply, OrderState, SupervisionOrder
from plots.models.patches import Patch
from plots.models.reasons import Reason
from plots.models.records import RectificationRecord
from plots.models.route_changes import RouteChange
from plots.models.shapes import PatchShape

__all__ = [
    "Attachment",
    "Batch",
    "BatchBefore",
    "ColumnAlias",
    "DutyEntryFile",
    "Evidence",
    "GeometryCheck",
    "Kind",
    "Mend",
    "OrderReply",
    "OrderState",
    "Patch",
    "PatchShape",
    "PendingEvidence",
    "Reason",
    "RectificationRecord",
    "RemedyDocument",
    "RouteChange",
    "Status",
    "SupervisionOrder",
]
