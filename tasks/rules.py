"""方案的规则：谁都能看，镇里录监测数，管理员导入方案。"""

import rules

from villages.rules import is_active, is_admin, is_town

rules.add_perm("tasks.view_plan", is_active)
rules.add_perm("tasks.add_reading", is_town)
rules.add_perm("tasks.import_plan", is_admin)
