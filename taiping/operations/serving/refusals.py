"""请求还没有交到网站就存不下时的那一页：和网站自己的故障页是同一页。"""

import io

from django.http import HttpRequest

from taiping.operations.errors import fault_page


class Discarded:
    """收完就扔的内容。"""

    def append(self, data):
        pass

    def close(self):
        pass

    def getfile(self):
        return io.BytesIO()

    def __len__(self):
        return 0


class Refusal:
    """waitress 的“错误”：请求收完以后，用 to_response 作答。"""

    def __init__(self, fault, parsed):
        self.fault = fault
        self.parsed = parsed

    def to_response(self, ident=None):
        request = HttpRequest()
        request.method = self.parsed.command
        request.path = self.parsed.path
        request.META["HTTP_ACCEPT"] = self.parsed.headers.get("ACCEPT", "")
        response = fault_page(
            request, self.fault, OSError("请求的内容太大，要存成临时文件，没有存下")
        )
        status = f"{response.status_code} {response.reason_phrase}"
        return status, list(response.headers.items()), response.content
