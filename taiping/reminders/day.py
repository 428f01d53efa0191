"""一个人今天要提醒的：照角色挑，算好的几件记在账号上，页头的铃铛才不用每页算。"""

from datetime import date

from taiping.reminders import leader, town, village
from taiping.reminders.lines import Line, Notice
from villages.models import Role, User

BY_ROLE = {
    Role.SECRETARY: village.lines,
    Role.STAFF: town.lines,
    Role.ADMIN: town.lines,
    Role.LEADER: leader.lines,
}


def notice_of(user: User, today: date) -> Notice:
    """今天该提醒他的；没有事的是空的。每次现算，和打开的页面同一个数。"""
    found: list[Line] = list(BY_ROLE[Role(user.role)](user, today))
    return Notice(user, today, tuple(found))


def note(notice: Notice, *, is_read: bool = False) -> None:
    """在账号上记下今天有几件、看过没有；不算谁改了账号，不进修改记录。"""
    values = {"reminded_on": notice.on, "reminder_count": len(notice.lines)}
    if is_read:
        values["reminders_read_on"] = notice.on
    User.objects.filter(pk=notice.user.pk).update(**values)


def is_unread(user: User, today: date) -> bool:
    """今天的还没看：算过、一件也没有的不算。"""
    if user.reminders_read_on == today:
        return False
    return user.reminded_on != today or user.reminder_count > 0
