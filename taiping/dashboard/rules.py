"""看全镇的权限：村支部书记看自己村的任务；今天要办的是镇工作人员的。"""

from taiping.ground.actors import said
from taiping.ground.permissions import add_permission, saying
from villages.rules import is_not_secretary, is_town

add_permission("dashboard.view_town", is_not_secretary)
add_permission(
    "dashboard.show_screen",
    saying(said("大屏给{镇}里会议室用，请打开“我的任务”。"), is_not_secretary),
)
add_permission(
    "dashboard.view_today",
    saying(said("“今天要办的”是{镇}工作人员的，请打开总览或“我的任务”。"), is_town),
)
