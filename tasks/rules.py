"""方案的权限：谁都能看，镇里导出方案表，管理员导入方案、把任务复制为另一批；监测数镇里录，任务让村里录的，村里录自己村的；常态工作也这样。"""

from django.utils import timezone

from taiping.ground import dates
from taiping.ground.actors import said
from taiping.ground.permissions import add_permission, condition
from villages.rules import is_admin, is_town, sees_village


@condition()
def may_enter(user, reading):
    """reading 是要录的一次，还没有保存；没给的，问的是能不能录全镇的。"""
    if user.is_town or reading is None:
        return user.is_town
    is_open = user.is_secretary and reading.target.villages_may_enter
    return is_open and sees_village(user, reading.village)


@condition("这个数已经撤回了。")
def stands(user, reading):
    return not reading.is_withdrawn


@condition(said("录错的监测数由{镇}工作人员撤回；自己录的，当天可以自己撤回。"))
def may_take_back(user, reading):
    is_own = reading.by_id == user.pk
    return user.is_town or (is_own and timezone.localdate(reading.created_at) == dates.today())


@condition(said("常态工作由{镇}工作人员记；由{村}里做的，村支部书记记自己村的。"))
def may_enter_duty(user, entry):
    """entry 是要记的一次，还没有保存。"""
    if user.is_town:
        return True
    return user.is_secretary and entry.duty.by_villages and sees_village(user, entry.village)


@condition()
def is_leader(user):
    return not user.is_town and not user.is_secretary


@condition("这次记录已经撤回了。")
def entry_stands(user, entry):
    return not entry.is_withdrawn


@condition(said("记错的由{镇}工作人员撤回；自己记的，当天可以自己撤回。"))
def may_take_entry_back(user, entry):
    is_own = entry.by_id == user.pk
    return user.is_town or (is_own and timezone.localdate(entry.created_at) == dates.today())


add_permission("tasks.view_plan")
add_permission("tasks.add_reading", may_enter)
add_permission("tasks.withdraw_reading", stands, may_take_back)
add_permission("tasks.keep_duties", is_town)
add_permission("tasks.read_duties", is_leader)
add_permission("tasks.enter_duty", may_enter_duty)
add_permission("tasks.withdraw_duty_entry", entry_stands, may_take_entry_back)
add_permission("tasks.export_plan", is_town)
add_permission("tasks.import_plan", is_admin)
add_permission("tasks.copy_target", is_admin)
