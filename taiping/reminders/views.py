"""页头的铃铛点开：今天要提醒我的几件，打开就是看过了。"""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from taiping.ground import dates
from taiping.reminders.day import note, notice_of


@require_safe
def today(request):
    day = dates.today()
    notice = notice_of(request.user, day)
    note(notice, is_read=True)
    request.user.reminders_read_on = day  # 这一页上的铃铛也是看过了的
    return render(request, "reminders/today.html", {"day": day, "notice": notice})
