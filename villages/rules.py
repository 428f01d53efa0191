"""谁是谁、谁看得见哪个村：别的楼层的规则都用这几个谓词拼出来。"""

import rules

from villages.models import Village


@rules.predicate
def is_active(user):
    return user.is_authenticated and user.is_active


@rules.predicate
def is_admin(user):
    return is_active(user) and user.is_admin


@rules.predicate
def is_town(user):
    return is_active(user) and user.is_town


@rules.predicate
def is_secretary(user):
    return is_active(user) and user.is_secretary


@rules.predicate
def sees_village(user, village):
    return village is not None and Village.objects.visible_to(user).filter(pk=village.pk).exists()


rules.add_perm("villages.view_village", sees_village)
