"""真的服务进程：占着连接不放的挡不住新来的，慢慢传照片的不断；停的时候等手里的办完，没等到的说出来。"""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from plots.models import RectificationRecord
from tests.worlds.factories import PASSWORD
from tests.worlds.photos import noisy
from tests.worlds.servers import HOST, ROOT, Server, Visitor, environment
from tests.worlds.year import TODAY, Year

pytestmark = [pytest.mark.any_database, pytest.mark.django_db(transaction=True)]
DONE = "已停止服务，数据都已保存。"


def dripping(server, count):
    """count 条连接，请求头交了一半。"""
    found = []
    for _ in range(count):
        connection = socket.create_connection((HOST, server.port), timeout=10)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        found.append(connection)
    return found


def is_closed(connection):
    connection.settimeout(20)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def finished(server, *signals):
    for number in signals:
        server.process.send_signal(number)
    code = server.process.wait(timeout=60)
    return code, server.log.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("limit", ["1000", "60"])
def test_many_idle_connections_of_one_client_keep_nobody_out(tmp_path, limit):
    with Server(tmp_path, SERVE_CONNECTIONS=limit) as server:
        held = dripping(server, 300)

        status, _, _ = Visitor(server).ask("GET", "/healthz")

        for connection in held:
            connection.close()
    assert status == 200


def test_a_head_that_never_ends_is_cut_however_slowly_it_drips(tmp_path):
    with Server(tmp_path, SERVE_HEAD_SECONDS="2") as server:
        [connection] = dripping(server, 1)
        cut = False
        for _ in range(60):  # 一秒几个字节，总不交完
            try:
                connection.sendall(b"a")
            except OSError:
                cut = True
                break
            time.sleep(0.25)

        assert cut or is_closed(connection)


def test_a_slow_upload_longer_than_the_head_allows_is_not_cut(tmp_path):
    year = Year()
    patch = year.patch(code="T0012")
    with Server(tmp_path, SERVE_HEAD_SECONDS="1", SERVE_IDLE_SECONDS="1") as server:
        visitor = Visitor(server).sign_in("dong", PASSWORD)
        body, headers, _ = report_with_photo(visitor, patch)
        connection = socket.create_connection((HOST, server.port), timeout=30)
        connection.sendall(headers)
        for part in range(0, len(body), len(body) // 20 + 1):
            connection.sendall(body[part : part + len(body) // 20 + 1])
            time.sleep(0.2)

        answer = connection.recv(200).decode(errors="replace")

    assert answer.startswith("HTTP/1.1 302"), answer
    assert RectificationRecord.objects.filter(patch=patch).count() == 1


def report_with_photo(visitor, patch):
    """(请求体, 请求头, 地址)：一张表单和一张照片。"""
    path = f"/patches/{patch.pk}/report/"
    _, page = visitor.get(path)
    given = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("client_key", "seen", "step")
    }
    photo = SimpleUploadedFile("a.jpg", noisy(200), "image/jpeg")
    fields = {**given, "amount": "whole", "done_on": TODAY().isoformat(), "camera": photo}
    body = encode_multipart(BOUNDARY, fields)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        f"Cookie: {cookies}",
        f"X-CSRFToken: {visitor.cookies['csrftoken']}",
        f"Content-Type: {MULTIPART_CONTENT}",
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return body, "\r\n".join(lines).encode(), path


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="给别的进程限文件大小只有 Linux 能"
)
def test_an_upload_too_big_for_the_disk_is_answered_in_words(tmp_path):
    """大的内容没有交到网站，先要存成临时文件；存不下时也答一页话，不是突然断线。"""
    import resource

    with Server(tmp_path) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (600_000, 600_000))
        visitor = Visitor(server)

        status, page, headers = visitor.ask("POST", "/accounts/login/", b"x" * 3_000_000)
        after, _, _ = Visitor(server).ask("GET", "/accounts/login/")

    assert (status, headers["Retry-After"], after) == (503, "300", 200)
    assert "<h1>磁盘满了</h1>" in page.decode()
    assert "这次填的内容没有存下" in page.decode()


@pytest.mark.skipif(os.name == "nt", reason="Windows 上的停止信号不一样")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_either_signal_stops_cleanly_also_when_started_in_the_background(tmp_path, number):
    """在后台起的程序，SIGINT 一开始就是“不理”。"""
    with Server(tmp_path) as server:
        server.kill()
    log = tmp_path / "background.txt"
    starter = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                starter,
                str(ROOT / "manage.py"),
                "serve",
                "--port",
                str(server.port),
            ],
            env=environment(tmp_path),
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
    while "正在" not in log.read_text(encoding="utf-8"):
        assert process.poll() is None
        time.sleep(0.1)

    process.send_signal(number)

    assert process.wait(timeout=30) == 0
    assert DONE in log.read_text(encoding="utf-8")


def half_sent(server, visitor, patch):
    """一份上报只传了一半。"""
    body, headers, path = report_with_photo(visitor, patch)
    connection = socket.create_connection((HOST, server.port), timeout=60)
    connection.sendall(headers + body[: len(body) // 2])
    return connection, body[len(body) // 2 :], path


@pytest.mark.skipif(os.name == "nt", reason="Windows 上的停止信号不一样")
def test_a_stop_waits_for_the_report_that_is_coming_in(tmp_path):
    year = Year()
    patch = year.patch(code="T0012")
    with Server(tmp_path) as server:
        visitor = Visitor(server).sign_in("dong", PASSWORD)
        connection, rest, _ = half_sent(server, visitor, patch)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)

        connection.sendall(rest)
        answer = connection.recv(200).decode(errors="replace")
        code, said = finished(server)

    assert answer.startswith("HTTP/1.1 302"), answer
    assert (code, DONE in said) == (0, True)
    assert RectificationRecord.objects.filter(patch=patch).count() == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows 上的停止信号不一样")
def test_what_was_not_waited_for_is_named_and_nothing_is_said_to_be_saved(tmp_path):
    year = Year()
    patch = year.patch(code="T0012")
    with Server(tmp_path, SERVE_STOP_SECONDS="1") as server:
        visitor = Visitor(server).sign_in("dong", PASSWORD)
        connection, _, path = half_sent(server, visitor, patch)

        code, said = finished(server, signal.SIGTERM)
        connection.close()

    assert code == 1
    assert f"POST {path}：内容没有传完，没有办。" in said
    assert DONE not in said
    assert RectificationRecord.objects.count() == 0


def test_the_log_also_goes_to_a_file_that_only_its_owner_reads(tmp_path):
    path = tmp_path / "logs" / "gengdi.log"
    with Server(tmp_path, LOG_FILE=str(path), LOG_LEVEL="INFO") as server:
        Visitor(server).ask("GET", "/healthz")

    assert "taiping.requests" in path.read_text(encoding="utf-8")
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("level", "lines"), [("WARNING", 0), ("INFO", 1)])
def test_a_page_that_is_not_there_is_not_a_warning(tmp_path, level, lines):
    with Server(tmp_path, LOG_LEVEL=level) as server:
        visitor = Visitor(server)
        Year()
        visitor.sign_in("dong", PASSWORD)
        assert visitor.ask("GET", "/mei-you-zhe-ye/")[0] == 404
        said = server.log.read_text(encoding="utf-8")

    assert len([line for line in said.splitlines() if "django.request" in line]) == lines
    assert "WARNING django.request" not in said


def test_a_log_file_that_cannot_be_written_does_not_keep_the_site_from_starting(tmp_path):
    (tmp_path / "logs").write_text("是个文件，不是文件夹")
    with Server(tmp_path, LOG_FILE=str(tmp_path / "logs" / "gengdi.log")) as server:
        assert Visitor(server).ask("GET", "/healthz")[0] == 200

    assert "gengdi.log 写不成" in server.log.read_text(encoding="utf-8")
