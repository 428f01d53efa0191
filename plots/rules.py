"""图斑的权限：每种办理一项（对着一块图斑问），每个页面一项；办理的条件在 plots.actions.permissions。"""

from plots.actions import documents
from plots.actions.orders import ANSWERING, CLOSING, may_issue
from plots.actions.permissions import ADDING, VERBS
from taiping.ground.actors import said
from taiping.ground.permissions import add_permission, condition, saying
from villages.rules import is_admin, is_not_secretary, is_secretary, is_town


@condition()
def is_given(user, thing):
    """没给图斑、任务时不作许诺：能不能做总是看那一块。"""
    return thing is not None


for name, verb in VERBS.items():
    add_permission(f"plots.{name}_patch", is_given, *verb.predicates)
add_permission("plots.add_patch", is_given, *ADDING)

add_permission("plots.choose_route", is_given, *documents.CHOOSING)
add_permission("plots.hand_in_document", is_given, *documents.HANDING_IN)
add_permission("plots.withdraw_document", is_given, *documents.TAKING_BACK)
add_permission("plots.view_orders")
add_permission("plots.issue_order", may_issue)
add_permission("plots.answer_order", is_given, *ANSWERING)
add_permission("plots.close_order", is_given, *CLOSING)

add_permission("plots.view_own_tasks", is_secretary)
add_permission("plots.view_town_ledger", is_not_secretary)
add_permission("plots.view_map")
add_permission("plots.review", saying(said("核实由{镇}工作人员办理。"), is_town))
add_permission("plots.act_in_bulk", saying(said("成批办理由{镇}工作人员操作。"), is_town))
add_permission("plots.import_patches", is_town)
add_permission("plots.view_checks", is_town)
add_permission("plots.dismiss_check", saying(said("图形检查由{镇}工作人员认定。"), is_town))
add_permission("plots.import_boundaries", is_admin)
add_permission("plots.carry_over", saying("结转由管理员办理，请联系管理员。", is_admin))
add_permission("plots.export_coordinates", is_admin)
