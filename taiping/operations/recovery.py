"""故障时两件事：数据库刚断开的，看页面的请求换一条连接再试一次；交来的，记住有没有已经存下的，好照实说。"""

import re

from django.db import connection, transaction

from taiping.ground.faults import AWAY

SAFE = ("GET", "HEAD")
WRITING = ("INSERT", "UPDATE", "DELETE")
# 登录状态、访问记录这些是系统自己记的，不是人填的内容
OWN = re.compile(
    r'(?:INSERT INTO|UPDATE|DELETE FROM) "(?:villages_session|audit_access|auditlog_logentry|axes_\w{1,40})"'
    r'|UPDATE "villages_user" SET "last_login"'
)


class RecoveryMiddleware:
    """在最外面，RequestIdMiddleware 里面一层：再试的一次从登录状态起全部重来。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.has_saved = False
        request.may_retry = request.method in SAFE
        with connection.execute_wrapper(noting_writes(request)):
            response = self.get_response(request)
            if request.may_retry and getattr(response, "fault", None) is AWAY:
                request.may_retry = False
                request.fault = None
                connection.close()
                response = self.get_response(request)
        return response


def noting_writes(request):
    """提交了人填的内容，就在请求上记一笔；回滚了的不算。"""

    def note():
        request.has_saved = True

    def execute(run, sql, params, many, context):
        result = run(sql, params, many, context)
        if isinstance(sql, str) and sql.startswith(WRITING) and not OWN.match(sql):
            transaction.on_commit(note)
        return result

    return execute
