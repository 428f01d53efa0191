"""每次请求：改动记上谁和地址；给出去的文件（导出、下载）记一条访问记录。"""

from datetime import timedelta
from email.message import Message

from auditlog.context import set_extra_data

from taiping.audit.models import Access
from taiping.audit.signing import address_of, note

PARTIAL_CONTENT = 206
RESUME_WINDOW = timedelta(hours=1)  # 一段一段接着下的，这段时间里算一次


class AuditMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # request.user 要到真有改动时才去查：监控问 /healthz 时数据库可能正连不上
        with set_extra_data({"actor": request.user, "remote_addr": address_of(request) or None}):
            response = self.get_response(request)
        if is_file(request, response) and request.user.is_authenticated:
            once_in = RESUME_WINDOW if response.status_code == PARTIAL_CONTENT else None
            what = f"{file_name(response)}　{request.get_full_path()}"
            note(Access.Kind.DOWNLOAD, request, request.user, what=what, once_in=once_in)
        if reader := getattr(request, "read_by", ""):  # 凭接口密钥取的，不是账号
            what = f"接口　{request.get_full_path()}"
            note(Access.Kind.DOWNLOAD, request, username=reader, what=what, once_in=RESUME_WINDOW)
        return response


def is_file(request, response):
    given = request.method != "HEAD" and response.status_code in (200, PARTIAL_CONTENT)
    return given and response.headers.get("Content-Disposition", "").startswith("attachment")


def file_name(response):
    header = Message()
    header["Content-Disposition"] = response.headers["Content-Disposition"]
    return header.get_filename() or ""


def request_id():
    """修改记录上的请求编号，和日志、出错页上的是同一个；命令行里没有。"""
    from taiping.operations.logs import current_request

    return getattr(current_request.get(), "id", None)
