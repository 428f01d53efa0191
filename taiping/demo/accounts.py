"""演示账号：管理员、两个办公室、领导、每村一个支书。姓名一看就是演示，没有真人、没有电话。"""

from dataclasses import dataclass

from taiping.ground.actors import said
from taiping.reminders.models import Sending
from villages.accounts import sessions
from villages.accounts.passwords import new_password
from villages.models import Cadre, PastPassword, Posting, Role, Session, User, Village

OFFICES = (
    ("admin", "演示·管理员", Role.ADMIN),
    ("staff1", "演示·规划建设办", Role.STAFF),
    ("staff2", "演示·产业培育中心", Role.STAFF),
    ("leader", "演示·镇领导", Role.LEADER),
)


@dataclass
class Issued:
    """刚发放的账号和它的密码。"""

    user: User
    password: str
    sees: str = said("全{镇}")


def issue(username, name, role, **extra):
    """建一个账号并发一个新密码。"""
    password = new_password()
    user = User(username=username, name=name, role=role, **extra)
    user.set_password(password)
    user.save()
    return Issued(user, password)


def load():
    issued = [issue(username, name, role, is_demo=True) for username, name, role in OFFICES]
    for number, village in enumerate(Village.objects.all(), start=1):
        suffix = "支书" if village.name.endswith(("村", "社区")) else "村支书"
        account = issue(
            f"cun{number:02d}", f"演示·{village.name}{suffix}", Role.SECRETARY, is_demo=True
        )
        Posting.objects.create(user=account.user, village=village)
        account.sees = village.name
        issued.append(account)
    return issued


def clear():
    """删掉演示账号；用它录入过正式数据的不能删（记录要有录入人），改为停用。"""
    removed = {"账号": 0, "停用的账号": 0}
    Sending.objects.filter(user__is_demo=True).delete()  # 给演示账号送过的提醒不是正式数据
    for user in User.objects.filter(is_demo=True):
        if has_done_something(user):
            user.is_active = False
            user.set_unusable_password()
            user.save(update_fields=["is_active", "password"])
            sessions.end_all(user)
            removed["停用的账号"] += 1
        else:
            user.delete()
            removed["账号"] += 1
    return removed


def has_done_something(user):
    """除了包村、“干部是谁的账号”、登录和用过的密码，还有别的数据记着这个人，包括后台的操作记录。"""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: user}).exists()
        for relation in User._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and relation.related_model not in (Posting, Cadre, Session, PastPassword)
        and not relation.related_model._meta.auto_created
    )
