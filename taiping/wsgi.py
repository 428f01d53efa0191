import os

from django.core.wsgi import get_wsgi_application

from taiping.operations.versions import refuse_newer_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taiping.settings")


def without_body(application):
    """HEAD 只要响应头：内容一个字节也不发，否则同一条连接上的下一个回答会错位。长度照 GET 的写。"""

    def answer(environ, start_response):
        if environ["REQUEST_METHOD"] != "HEAD":
            return application(environ, start_response)
        answers = []
        body = application(environ, lambda *given: answers.append(given))
        status, headers = answers[-1][:2]
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [
                *headers,
                ("Content-Length", str(sum(map(len, body)))),
            ]  # 边算边发的，如地图的数据
        if hasattr(body, "close"):
            body.close()  # 打开的文件在这里关
        start_response(status, headers)
        return []

    return answer


application = without_body(get_wsgi_application())
refuse_newer_database()
