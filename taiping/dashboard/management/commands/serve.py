"""正式服务：waitress，Linux 和 Windows 一样用。"""

import gc
import signal
import sys

from django.core.management.base import BaseCommand, CommandError
from waitress.server import create_server

from taiping.versions import NewerDatabase

THREADS = 8
MAX_BODY = 256 * 1024 * 1024  # 一次交来的全部内容；单个文件、个数的上限在设置里，比这小得多


def open_server(host, port, proxy="127.0.0.1"):
    """占住端口；proxy 是可信的反向代理地址，只有它带来的 X-Forwarded-* 才算数。端口被占时抛 OSError。"""
    from taiping.wsgi import application  # 这时才装：whitenoise 装载时清点静态文件，要在收集之后

    return create_server(
        application, host=host, port=port, threads=THREADS, ident=None, max_request_body_size=MAX_BODY,
        trusted_proxy=proxy, trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"}, clear_untrusted_proxy_headers=True,
    )


def run(server, stdout):
    """服务到 Ctrl+C 或收到停止信号为止，处理完手里的请求再停。"""
    # 启动时装下的模块和模板一直在用：不再每隔一阵从头查一遍有没有可回收的，大的页面快一成
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.run()  # waitress 自己接住 Ctrl+C 和退出
    server.close()
    stdout.write("已停止服务，数据都已保存。")


class Command(BaseCommand):
    help = "正式服务（waitress）。前面放 nginx 等反向代理时，保持默认的 127.0.0.1。"

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="监听的地址，默认只有本机能连")
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        parser.add_argument("--proxy", default="127.0.0.1", help="反向代理的地址，默认本机")

    def handle(self, *args, host, port, proxy, **options):
        try:
            server = open_server(host, port, proxy)
        except NewerDatabase as newer:
            raise CommandError(str(newer)) from None
        except OSError as error:
            reason = f"打不开 {host}:{port}（{error.strerror}）。"
            raise CommandError(f"{reason}请检查地址，或用 --port 换一个端口。") from error
        self.stdout.write(f"正在 {host}:{port} 服务，按 Ctrl+C 停止。")
        run(server, self.stdout)
