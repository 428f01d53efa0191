"""可以做什么：上报、核实、退回、反弹、核减、暂缓、恢复、督办、添加、更正、拆分、移出。写都从这里走，一个动作一个事务。

用 plots.ledger、plots.geometry 以下；页面和导入都来这里，不另写。
"""

from plots.actions.corrections import amend, area_amendment, split
from plots.actions.permissions import NotAllowed
from plots.actions.relapses import relapse
from plots.actions.removing import remove
from plots.actions.rewriting import take_amendment_back
from plots.actions.steps import (
    add_patch,
    confirm,
    defer,
    exempt,
    remark,
    report,
    resume,
    send_back,
)

__all__ = [
    "NotAllowed",
    "add_patch",
    "amend",
    "area_amendment",
    "confirm",
    "defer",
    "exempt",
    "relapse",
    "remark",
    "remove",
    "report",
    "resume",
    "send_back",
    "split",
    "take_amendment_back",
]
