"""正式服务：waitress，Linux 和 Windows 一样用。"""

import logging

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management.base import BaseCommand, CommandError

from taiping.ground import memory
from taiping.operations.logs import keep_in_file
from taiping.operations.serving.site import Site, leave
from taiping.operations.versions import NewerDatabase

CUT_EXIT_CODE = 1  # 停下时有没办完的

logger = logging.getLogger("taiping.operations.serving")


def open_server(host, port, proxy="127.0.0.1"):
    """占住端口；proxy 是可信的反向代理地址，只有它带来的 X-Forwarded-* 才算数。端口被占时抛 OSError。"""
    from taiping.wsgi import application  # 这时才装：whitenoise 装载时清点静态文件，要在收集之后

    memory.share()
    site = Site(
        application,
        host=host,
        port=port,
        trusted_proxy=proxy,
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    site.listen_to_signals()  # 说“正在服务”以前就接：刚说完就来的信号也要办完手里的再停
    return site


def run(site, stdout):
    """服务到 Ctrl+C 或收到停止信号为止，处理完手里的请求再停；没办完的一件件说出来。"""
    keep_in_file(settings.LOG_FILE)
    memory.settle()
    cut = site.run()
    if not cut:
        stdout.write("已停止服务，数据都已保存。")
        return
    for sentence in cut:
        logger.error("停止服务时没有等到：%s", sentence)
    stdout.write(f"已停止服务。有 {len(cut)} 件没有等到办完：")
    for sentence in cut:
        stdout.write(f"  {sentence}")
    stdout.flush()
    leave(CUT_EXIT_CODE)


def is_uncollected():
    """页面要用的文件还没有收集过：带哈希的名字无从查起，每一页都会出错。"""
    read = getattr(staticfiles_storage, "read_manifest", None)
    return read is not None and read() is None


class Command(BaseCommand):
    help = "正式服务（waitress）。前面放 nginx 等反向代理时，保持默认的 127.0.0.1。"

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="监听的地址，默认只有本机能连")
        parser.add_argument(
            "--port", type=int, default=settings.SERVE_PORT, help="端口，默认 %(default)s"
        )
        parser.add_argument("--proxy", default="127.0.0.1", help="反向代理的地址，默认本机")

    def handle(self, *args, host, port, proxy, **options):
        if is_uncollected():
            raise CommandError(
                "还没有收集页面要用的文件，打开会出错。请先运行：python3 manage.py quickstart --no-serve"
                "（只收集文件用 collectstatic --noinput）。"
            )
        try:
            site = open_server(host, port, proxy)
        except NewerDatabase as newer:
            raise CommandError(str(newer)) from None
        except OSError as error:
            reason = f"打不开 {host}:{port}（{error.strerror}）。"
            raise CommandError(f"{reason}请检查地址，或用 --port 换一个端口。") from error
        self.stdout.write(f"正在 {host}:{port} 服务，按 Ctrl+C 停止。")
        self.stdout.flush()
        run(site, self.stdout)
