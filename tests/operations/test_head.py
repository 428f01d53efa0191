"""HEAD 一个字节的内容也不带：真的服务、一条连接上一个 HEAD 接一个 GET，回答不错位，响应头和 GET 的一样。"""

import socket
import subprocess
import sys
from http.client import HTTPResponse

import pytest
from django.conf import settings

from tests.worlds.kept import again
from tests.worlds.servers import HOST, ROOT, Server, environment
from tests.worlds.walk_town import FOREIGN, MISSING, WalkTown, client_of

pytestmark = [pytest.mark.any_database, pytest.mark.django_db(transaction=True)]
ITS_OWN = {"date", "expires", "x-request-id", "set-cookie"}  # 每次不同的
CLOCK = 64  # xlsx、docx 里写着做成的时刻，压缩后差几个字节
FOLLOWS_BODY = {"content-length", "transfer-encoding", "connection"}


class Line:
    """一条连接；对方说要断开的才另接一条。"""

    def __init__(self, server, cookies):
        self.port, self.cookies, self.socket, self.opened = server.port, cookies, None, 0

    def send(self, method, path, headers):
        if self.socket is None:
            self.socket, self.opened = (
                socket.create_connection((HOST, self.port), timeout=30),
                self.opened + 1,
            )
        headers = {"Host": HOST, **headers}
        lines = [
            f"{method} {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if self.cookies:
            lines.append(
                "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            )
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def head(self, path, headers):
        """(状态, 响应头, 连接断开前多出来的字节)。"""
        self.send("HEAD", path, headers)
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self.socket.recv(1) or pytest.fail(f"{path}：没有说完就断了")
        first, *lines = raw.decode("latin-1").strip().split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in lines)
        rest = b""
        if told.get("connection") == "close":
            while more := self.socket.recv(65536):
                rest += more
            self.close()
        return int(first.split()[1]), told, rest

    def get(self, path, headers):
        """(状态, 响应头, 内容)；前一个回答多发了字节，这里就读不出状态行。"""
        self.send("GET", path, headers)
        response = HTTPResponse(self.socket)
        response.begin()
        content = response.read()
        told = {name.lower(): value.lower() for name, value in response.getheaders()}
        if told.get("connection") == "close":
            self.close()
        return response.status, told, content

    def close(self):
        self.socket.close()
        self.socket = None


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return again(WalkTown)


@pytest.fixture
def real(tmp_path):
    """正式的设置：静态文件收集好、压好，由 whitenoise 发。"""
    given = {
        "DJANGO_SETTINGS_MODULE": "taiping.settings",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"],
        check=True,
        cwd=ROOT,
        env=environment(tmp_path, **given),
    )
    return given


def cookies_of(user):
    return {name: morsel.value for name, morsel in client_of(user).cookies.items()}


def compare(line, path, headers):
    """先打开一次（看过的提示不再出来），再 HEAD、GET，说出哪里不一样；都一样是空。"""
    line.get(path, headers)
    status, head, rest = line.head(path, headers)
    got_status, got, content = line.get(path, headers)
    names = (set(head) | set(got)) - ITS_OWN - FOLLOWS_BODY
    wrong = [name for name in sorted(names) if head.get(name) != got.get(name)]
    if rest:
        wrong.append(f"HEAD 带了 {len(rest)} 字节")
    if status != got_status:
        wrong.append(f"{status} 和 {got_status}")
    if "content-length" not in head and status != 304:
        wrong.append("HEAD 没有写长度")
    exact = (
        "content-length" in got and "content-encoding" not in got
    )  # 压缩时故意添几个随机的字节，每次不一样长
    apart = abs(int(head.get("content-length", 0)) - len(content))
    if exact and apart > (CLOCK if content.startswith(b"PK") else 0):
        wrong.append(f"HEAD 说 {head['content-length']} 字节，GET 有 {len(content)}")
    return wrong


def test_head_and_get_stay_in_step_on_every_address(town, real, tmp_path):
    css = next((tmp_path / "static" / "css").glob("base.*.css")).name
    addresses = [path for _, path in [*town.addresses(FOREIGN), *town.asked(FOREIGN)]]
    addresses += [path for _, path in town.addresses(MISSING) if "999999" in path]
    addresses += [
        f"/static/css/{css}",
        "/static/meiyou.css",
        "/meiyou/",
        "/plan",
        "/healthz?format=json",
    ]
    wrong, opened = {}, {}

    with Server(tmp_path, **real) as server:
        for person in (None, town.east_boss, town.admin):
            line = Line(server, cookies_of(person))
            is_admin = person == town.admin
            for path in dict.fromkeys(addresses):
                if path.startswith("/admin/") and not is_admin:
                    continue  # 后台别人进不去，都是送去登录的那一页
                if found := compare(line, path, {}):
                    wrong[str(person), path] = found
            opened[str(person)] = line.opened
            line.close() if line.socket else None
        packed = Line(server, cookies_of(town.admin))
        for path in ("/", "/patches/", f"/static/css/{css}", "/healthz", "/meiyou/"):
            if found := compare(packed, path, {"Accept-Encoding": "gzip"}):
                wrong["压缩", path] = found

    assert wrong == {}
    # 一条连接接着用；只有说不出长度的（地图的数据）和不许带长度的才断开
    assert max(opened.values()) < 12, opened


def test_refusals_redirects_and_unchanged_files_too(town, real, tmp_path):
    photo = town.things[FOREIGN]["evidence"]
    thumb, original = (f"/patches/evidence/{photo.pk}/{which}/" for which in ("thumb", "original"))

    with Server(tmp_path, **real) as server:
        line = Line(server, cookies_of(town.admin))
        _, told, _ = line.get(thumb, {})
        wrong = {
            "没变": compare(line, thumb, {"If-None-Match": told["etag"]}),
            "看不懂的编码": compare(line, "/%ff%fe/", {}),
            "空字符": compare(line, "/patches/?q=%00", {}),
            "别的主机": compare(line, "/", {"Host": "bieren.example.com"}),
        }
        status, part, rest = line.head(original, {"Range": "bytes=0-9"})
        after, _, content = line.get(original, {"Range": "bytes=0-9"})
    with Server(tmp_path, **real, HTTPS="on") as server:
        line = Line(server, {})
        wrong["跳到 https"] = compare(line, "/plan/", {})

    assert {name: found for name, found in wrong.items() if found} == {}
    assert (status, part["content-length"], rest) == (200, str(photo.size), b"")  # HEAD 没有“一段”
    assert (after, len(content)) == (206, 10)
