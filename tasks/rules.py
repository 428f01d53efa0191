"""方案的权限：谁都能看，镇里录监测数、导出方案表，管理员导入方案。"""

from taiping.ground.permissions import add_permission
from villages.rules import is_admin, is_town

add_permission("tasks.view_plan")
add_permission("tasks.add_reading", is_town)
add_permission("tasks.export_plan", is_town)
add_permission("tasks.import_plan", is_admin)
