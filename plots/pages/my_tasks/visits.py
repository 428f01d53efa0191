"""上一次看我的任务是什么时候：半小时里来回翻、刷新，都算同一次看。

半小时照真的钟；记下的时刻要和整改记录比先后，照系统里的现在。
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils import timezone

from taiping.ground import dates
from villages.models import User

logger = logging.getLogger(__name__)
VISIT = "tasks_visit"
LASTS = timedelta(minutes=30)


def last_visit(request: HttpRequest) -> datetime | None:
    """这一次以前，上一次是什么时候开始看的；头一回是 None。一次看只写一遍。"""
    now = timezone.now()
    visit = request.session.get(VISIT)
    if visit and now - datetime.fromisoformat(visit["at"]) < LASTS:
        return visit["since"] and datetime.fromisoformat(visit["since"])
    since = request.user.tasks_seen_at
    request.session[VISIT] = {"at": now.isoformat(), "since": since and since.isoformat()}
    try:
        with transaction.atomic():
            # 不走 save：这不是谁改了账号，不进修改记录
            User.objects.filter(pk=request.user.pk).update(tasks_seen_at=dates.now())
    except DatabaseError:
        logger.exception("没有记下 %s 看我的任务的时间", request.user.pk)  # 记不下也要看得到任务
    return since
