"""断网的那条线自己可信：该过的一个字节不少，该断的时候断，断在哪里数得清。不比时间，只比先后和多少。"""

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.line import Line, Pace, Requests, until

BROKEN = (ConnectionError, OSError)


class Listener(BaseHTTPRequestHandler):
    """收到什么记下什么，答复收了几个字节；没收全的不算收到。"""

    protocol_version = "HTTP/1.1"

    def answer(self):
        expected = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(expected)
        if len(body) < expected:
            self.close_connection = True
            return
        self.server.received.append((self.command, self.path, body))
        words = b"x" * 50_000 if self.path == "/long/" else str(len(body)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    do_GET = do_PUT = do_POST = answer

    def log_message(self, *words):
        pass


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """断了的连接在这里是常事。"""


@pytest.fixture
def site():
    server = Site(("127.0.0.1", 0), Listener)
    server.received = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def line(site):
    with Line(site.server_port) as line:
        yield line


def ask(line, method, path, body=None, over=None):
    """over 是还开着的连接；没有就新开一条。"""
    connection = over or HTTPConnection("127.0.0.1", line.port, timeout=30)
    connection.request(method, path, body)
    return connection.getresponse().read()


def test_everything_passes_over_one_kept_connection(line, site):
    kept = HTTPConnection("127.0.0.1", line.port, timeout=30)
    photo = bytes(range(256)) * 2000

    assert ask(line, "PUT", "/photos/1", photo, over=kept) == b"512000"
    assert len(ask(line, "GET", "/long/", over=kept)) == 50_000
    assert ask(line, "POST", "/report/", b"a=1", over=kept) == b"3"

    assert site.received[0] == ("PUT", "/photos/1", photo)
    assert line.requests == ["PUT /photos/1", "GET /long/", "POST /report/"]
    assert 512_000 < line.bytes_up < 513_000
    assert 50_000 < line.bytes_down < 51_000


def test_cut_in_the_middle_of_a_photo_once(line, site):
    line.cut_after(100_000, match=b"PUT /")

    assert ask(line, "POST", "/report/", b"a" * 200_000) == b"200000"
    before = line.bytes_up
    with pytest.raises(BROKEN):
        ask(line, "PUT", "/photos/1", b"x" * 500_000)
    assert line.bytes_up - before == 100_000
    assert line.cuts == 1

    assert ask(line, "PUT", "/photos/1", b"x" * 500_000) == b"500000"
    assert [path for _, path, _ in site.received] == ["/report/", "/photos/1"]
    assert line.requests == ["POST /report/", "PUT /photos/1", "PUT /photos/1"]


def test_cut_counted_from_now(line, site):
    ask(line, "POST", "/first/", b"a" * 50_000)
    line.cut_after(10_000)

    with pytest.raises(BROKEN):
        ask(line, "POST", "/second/", b"a" * 50_000)

    assert [path for _, path, _ in site.received] == ["/first/"]


def test_site_has_finished_and_the_answer_is_lost(line, site):
    line.cut_before_answer(b"POST /report/")
    kept = HTTPConnection("127.0.0.1", line.port, timeout=30)
    ask(line, "PUT", "/photos/1", b"x" * 1000, over=kept)
    heard = line.bytes_down

    with pytest.raises(BROKEN):
        ask(line, "POST", "/report/", b"a=1", over=kept)
    assert site.received[-1] == ("POST", "/report/", b"a=1")
    assert line.bytes_down == heard

    assert ask(line, "POST", "/report/", b"a=1") == b"3"
    assert line.requests.count("POST /report/") == 2


def test_after_a_cut_the_signal_may_stay_away(line, site):
    line.cut_before_answer(b"PUT /", stay_down=True)
    with pytest.raises(BROKEN):
        ask(line, "PUT", "/photos/1", b"x" * 1000)
    with pytest.raises(BROKEN):
        ask(line, "GET", "/my/")

    line.up()
    assert ask(line, "GET", "/my/") == b"0"
    assert [path for _, path, _ in site.received] == ["/photos/1", "/my/"]


def test_down_breaks_what_is_open_and_up_lets_through_again(line, site):
    kept = HTTPConnection("127.0.0.1", line.port, timeout=30)
    ask(line, "GET", "/my/", over=kept)

    line.down()
    with pytest.raises(BROKEN):
        ask(line, "GET", "/my/", over=kept)
    with pytest.raises(BROKEN):
        ask(line, "GET", "/my/")
    assert len(site.received) == 1

    line.up()
    assert ask(line, "GET", "/my/") == b"0"


def test_refuse_counts_connections(line):
    line.refuse(2)
    for _ in range(2):
        with pytest.raises(BROKEN):
            ask(line, "GET", "/my/")

    assert ask(line, "GET", "/my/") == b"0"


def test_slow_line_still_carries_everything(site):
    with Line(site.server_port, bytes_per_second=1_000_000, latency=0.01) as line:
        assert ask(line, "PUT", "/photos/1", b"x" * 60_000) == b"60000"
        assert len(ask(line, "GET", "/long/")) == 50_000


def test_photo_not_yet_through_a_slow_line_is_broken_by_down(site):
    """很慢的线上，系统的缓冲没有替浏览器把整张照片吞下去。"""
    with Line(site.server_port, bytes_per_second=2_000) as line:
        broken = []

        def send():
            try:
                ask(line, "PUT", "/photos/1", b"x" * 1_000_000)
            except BROKEN as error:
                broken.append(error)

        sending = threading.Thread(target=send)
        sending.start()
        until(lambda: line.bytes_up)
        line.down()
        sending.join()

    assert len(broken) == 1
    assert line.bytes_up < 1_000_000
    assert site.received == []


def test_nothing_is_left_open_at_the_end(site):
    with Line(site.server_port) as line:
        kept = HTTPConnection("127.0.0.1", line.port, timeout=30)
        ask(line, "GET", "/my/", over=kept)

    assert not line._talks
    assert not line._thread.is_alive()
    with pytest.raises(BROKEN):
        ask(line, "GET", "/my/", over=kept)


def test_line_with_no_site_behind_it_breaks():
    with Site(("127.0.0.1", 0), Listener) as gone:
        port = gone.server_port
    with Line(port) as line, pytest.raises(BROKEN):
        ask(line, "GET", "/my/")


def test_pace_lines_up_what_comes_together():
    pace = Pace(20_000)

    assert pace.passed_at(10_000, now=100) == 100.5
    assert pace.passed_at(20_000, now=100) == 101.5  # 排在前面那一口后头
    assert pace.passed_at(20_000, now=200) == 201  # 静过一阵，不欠着也不攒着
    assert Pace().passed_at(10_000_000, now=100) == 100


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_requests_are_seen_however_the_bytes_are_chopped(size):
    sent = (
        b"PUT /a HTTP/1.1\r\ncontent-length: 18\r\n\r\nPOST /no HTTP/1.1\n"
        b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    requests, seen = Requests(), []
    for start in range(0, len(sent), size):
        seen += [first for first, _ in requests.feed(sent[start : start + size])]

    assert seen == [b"PUT /a HTTP/1.1", b"GET /b HTTP/1.1"]
