"""选项：状态、记录的类型。"""

from django.db import models


class Status(models.TextChoices):
    PENDING = "PENDING", "待整治"
    UNDERWAY = "UNDERWAY", "整治中"
    RETURNED = "RETURNED", "已退回"
    AWAITING = "AWAITING", "待核实"
    CLOSED = "CLOSED", "已销号"
    EXEMPT = "EXEMPT", "核查无问题"
    DEFERRED = "DEFERRED", "暂缓"
    CARRIED = "CARRIED", "已结转"
    REMOVED = "REMOVED", "已移出"


class Kind(models.TextChoices):
    REPORT = "REPORT", "上报"
    PASS = "PASS", "核实通过"
    RETURN = "RETURN", "退回"
    EXEMPT = "EXEMPT", "核查无问题"
    DEFER = "DEFER", "暂不具备整改条件"
    RESUME = "RESUME", "恢复整改"
    REMARK = "REMARK", "督办"
    AMEND = "AMEND", "更正"
    SPLIT = "SPLIT", "拆分"
    CARRY = "CARRY", "结转"
    REMOVE = "REMOVE", "移出台账"
    RELAPSE = "RELAPSE", "反弹"
    FOUND = "FOUND", "发现"  # 手工添加时带着照片的：照片挂在这一条上，不算办过什么


# 从哪天起不再算的两种：记录的类型 → 图斑的状态。拆分另有拆出来的图斑接着，没有自己的状态
ENDED = {Kind.CARRY: Status.CARRIED, Kind.REMOVE: Status.REMOVED}
# 村里、镇里还能往下报的；“没了结的”另见 PatchQuerySet.open：它还包括待核实和暂缓
REPORTABLE = (Status.PENDING, Status.UNDERWAY, Status.RETURNED)
