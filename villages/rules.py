"""谁是谁：角色和村的谓词，各层的权限用它们拼出来；要说别的话用 saying 换一句。"""

from taiping.ground.permissions import condition
from villages.models import Role, sees


@condition()
def is_admin(user):
    return user.is_admin


@condition()
def is_town(user):
    return user.is_town


@condition()
def is_secretary(user):
    return user.is_secretary


@condition()
def is_not_secretary(user):
    return not user.is_secretary


@condition()
def is_not_leader(user):
    return user.role != Role.LEADER


@condition()
def sees_village(user, village):
    return village is not None and sees(user, village.pk)
