"""真的服务进程和真的访问：起一个 manage.py serve，用 HTTP 登录、看页面、交表单。"""

import html
import os
import re
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import ROOT

HOST = "127.0.0.1"


def database_url():
    """眼下连着的数据库（测试库）的地址，给别的进程用。"""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    login = ":".join(quote(given[key], safe="") for key in ("USER", "PASSWORD") if given[key])
    options = given.get("OPTIONS", {})
    host, port = given["HOST"] or options.get("host", ""), given["PORT"] or options.get("port", "")
    if host.startswith("/"):  # 套接字所在的文件夹
        return f"postgres://{login}@/{given['NAME']}?{urlencode({'host': host, **({'port': port} if port else {})})}"
    return f"postgres://{login}@{host}{f':{port}' if port else ''}/{given['NAME']}"


def environment(folder, **extra):
    """子进程的环境：同一个数据库，临时文件都放在 folder 里，不带这台机器上的设置。"""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATA_DIR", "HTTPS", "ALLOWED_HOSTS")
    }
    return {
        **kept,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "PYTHONIOENCODING": "utf-8",
        "LOG_LEVEL": "ERROR",
        **extra,
    }


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Server:
    """一个服务进程；with 块结束时停掉，kill() 是真的 kill -9。"""

    def __init__(self, folder, **extra):
        self.port, self.log = free_port(), folder / f"server-{time.time_ns()}.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve"],
                env=environment(folder, PORT=str(self.port), **extra),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def ready(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text(errors="replace")
            try:
                Visitor(self).ask("GET", "/healthz")
                return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"服务没有起来：{self.log.read_text(errors='replace')}")

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)

    def __enter__(self):
        return self.ready()

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


class Visitor:
    """一个浏览器：带着 Cookie 的一条连接。可以拿别的服务器的 Cookie 接着用；prefix 是那台的 COOKIE_PREFIX。"""

    def __init__(self, server, cookies=None, prefix=""):
        self.csrf = f"{prefix}csrftoken"
        self.connection = HTTPConnection(HOST, server.port, timeout=60)
        self.cookies = dict(cookies or {})

    def ask(self, method, path, body=None, headers=()):
        """(状态码, 内容 bytes, 响应头)；不跟着跳转走。"""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {"Cookie": cookies, **dict(headers)})
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return response.status, content, response.headers

    def get(self, path):
        status, content, _ = self.ask("GET", path)
        return status, content.decode(errors="replace")

    def post(self, path, fields):
        body = encode_multipart(BOUNDARY, fields)
        token = {
            "X-CSRFToken": self.cookies.get(self.csrf, ""),
            "Content-Type": MULTIPART_CONTENT,
        }
        return self.ask("POST", path, body, token)

    def sign_in(self, username, password):
        self.get("/accounts/login/")
        status, _, _ = self.post("/accounts/login/", {"username": username, "password": password})
        assert status == 302, f"{username} 没有登录进去：{status}"
        return self

    def report(self, pk, **fields):
        """打开上报的表、交上去；返回（状态码, 内容, 响应头），302 就是记下了。"""
        path = f"/patches/{pk}/report/"
        status, page = self.get(path)
        if status != 200:
            return status, page.encode(), {}
        found = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page)
            for name in ("client_key", "seen", "step")
        }
        given = {name: html.unescape(value[1]) for name, value in found.items() if value}
        return self.post(path, {**given, "amount": "whole", **fields})
