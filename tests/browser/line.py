"""田里的一条网：立在测试网站前面，只通本机，能慢、能断、能正好断在要命的地方。

with Line(网站的端口, bytes_per_second=20_000, latency=0.2) as line:
    浏览器打开 line.url
    line.cut_after(300_000, match=b"PUT /")    这样的请求开始后，往上走满这么多字节就断
    line.cut_before_answer(b"POST /patches/")  网站收全、办完了，答复在路上断
    line.down(); line.up()                     没有信号；信号回来
    line.requests, line.bytes_up               看又传了什么、传了多少

断，就是手上的连接全部复位（RST），和真的断网一样没有告别。浏览器在用过的连接上被复位、还没见到答复时，
会自己把请求再发一遍，页面和脚本看不出来：数 requests 才知道。要脚本也看到断了，断的时候带 stay_down=True：
断了就一直没有信号，到 up() 为止。
"""

import asyncio
import contextlib
import os
import socket
import struct
import threading
import time

HOST = "127.0.0.1"
MOST_CONNECTIONS = 64
BUFFER = 16 * 1024  # 系统的缓冲留小：不然整张照片一下子就“发出去”了，断了也不知道
CHUNK = 16 * 1024
CHUNKS_PER_SECOND = 20  # 限速时一口的大小，约二十分之一秒的量
RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # SO_LINGER 0：关上就是复位


class Pace:
    """一个方向上每秒过多少字节；几条连接排一个队。0 是不限。"""

    def __init__(self, bytes_per_second=0):
        self.bytes_per_second = bytes_per_second or 0
        self.free_at = 0.0

    def passed_at(self, size, now):
        """now 时来了 size 个字节，什么时候过完。"""
        if not self.bytes_per_second:
            return now
        self.free_at = max(self.free_at, now) + size / self.bytes_per_second
        return self.free_at

    @property
    def chunk(self):
        if not self.bytes_per_second:
            return CHUNK
        return max(256, min(CHUNK, int(self.bytes_per_second / CHUNKS_PER_SECOND)))


class Requests:
    """一条连接上往上走的字节 → 一个个请求的第一行；内容只数长短，不看。"""

    def __init__(self):
        self.head, self.body_left = b"", 0

    def feed(self, data):
        """这一段里开始了的请求：[(第一行, 它从这一段的第几个字节起)]。"""
        begun, at = [], 0
        while at < len(data):
            if self.body_left:
                passed = min(self.body_left, len(data) - at)
                self.body_left -= passed
                at += passed
                continue
            started, earlier = at, len(self.head)
            self.head += data[at:]
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                break
            first, *fields = self.head[:end].split(b"\r\n")
            begun.append((first, started))
            self.body_left = _length(fields)
            at += end + 4 - earlier
            self.head = b""
        return begun


def _length(fields):
    for field in fields:
        name, _, value = field.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


class Waiting:
    """一条连接上：这个请求的答复要不要丢，两个方向上次开口是什么时候。"""

    def __init__(self):
        self.answer_is_lost = False
        self.spoke = {"up": float("-inf"), "down": float("-inf")}


class Line:
    """见本文件开头。所有的连接在一个线程的事件循环里；with 块结束时全部关上。"""

    def __init__(self, target_port, bytes_per_second=None, latency=0.0):
        self.target_port, self.latency = target_port, latency
        self.pace_up, self.pace_down = Pace(bytes_per_second), Pace(bytes_per_second)
        self.bytes_up = self.bytes_down = self.cuts = 0
        self.requests = []  # “PUT /patches/1/…”，照先后；断在半路的也在里面
        self.is_down, self._to_refuse = False, 0
        self._cut_at = self._cut_match = self._answer_match = None
        self._cut_bytes, self._stays_down = 0, False
        self._talks = {}  # 一条连接的任务 → 它的两个套接字

    # 测试里用的

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def speed(self, bytes_per_second=None, latency=0.0):
        """从现在起换一个快慢。"""
        for pace in (self.pace_up, self.pace_down):
            pace.bytes_per_second = bytes_per_second or 0
        self.latency = latency

    def cut_after(self, bytes_up, match=b"", *, stay_down=False):
        """往上再走 bytes_up 个字节就断，一次；给了 match，从第一行这样开头的下一个请求数起（请求头也算）。"""
        self._stays_down = stay_down
        self._cut_match, self._cut_bytes = match, bytes_up
        self._cut_at = None if match else self.bytes_up + bytes_up

    def cut_before_answer(self, match=b"POST ", *, stay_down=False):
        """第一行这样开头的下一个请求，网站办完开始答复时断，一次；答复一个字节也到不了。"""
        self._stays_down = stay_down
        self._answer_match = match

    def refuse(self, n):
        """往后 n 条新连接一连上就断。"""
        self._to_refuse = n

    def down(self):
        """没有信号：现有的全断，新的都不通。返回时已经断了。"""
        self.is_down = True
        self._run(self._reset_all())

    def up(self):
        self.is_down = False

    # 里面的

    def __enter__(self):
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._listener.bind((HOST, 0))
        self._listener.listen(MOST_CONNECTIONS)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._accepting = self._loop.create_task(self._accept())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._run(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _leave(self):
        self._accepting.cancel()
        await asyncio.gather(self._accepting, return_exceptions=True)
        self._listener.close()
        await self._reset_all()

    async def _reset_all(self):
        await asyncio.gather(*self._cut(), return_exceptions=True)

    def _cut(self):
        """手上的连接全部复位；返回正在收尾的任务。"""
        talks = list(self._talks)
        for talk in talks:
            self._reset(talk)
        return talks

    def _reset(self, talk):
        for one in self._talks[talk]:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        talk.cancel()

    async def _accept(self):
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            if self._is_refused():
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                continue
            server = socket.socket()
            for one in (client, server):
                one.setblocking(False)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            talk = self._loop.create_task(self._talk(client, server))
            self._talks[talk] = (client, server)
            talk.add_done_callback(self._over)

    def _is_refused(self):
        if self.is_down or len(self._talks) >= MOST_CONNECTIONS:
            return True
        self._to_refuse -= 1
        return self._to_refuse >= 0

    def _over(self, talk):
        """一条连接完了：关上套接字。还没开始就断的任务也走这里。"""
        for one in self._talks.pop(talk):
            one.close()

    async def _talk(self, client, server):
        """一条连接：两头来回搬，到网站那头说完为止。"""
        await asyncio.sleep(self.latency)  # 建连接也要来回
        talk, waiting, up = asyncio.current_task(), Waiting(), None
        try:
            await self._loop.sock_connect(server, (HOST, self.target_port))
            up = self._loop.create_task(self._carry_up(talk, client, server, waiting))
            await self._carry_down(server, client, waiting)
        except OSError:
            self._reset(talk)
        finally:
            if up:
                up.cancel()

    async def _carry_up(self, talk, client, server, waiting):
        """浏览器说的搬给网站；浏览器那头断了，网站这头也断。"""
        try:
            await self._carry_requests(client, server, waiting)
        except OSError:
            self._reset(talk)

    async def _carry_requests(self, client, server, waiting):
        requests = Requests()
        while data := await self._loop.sock_recv(client, self.pace_up.chunk):
            await self._travel(self.pace_up, len(data), waiting, "up")
            for first, at in requests.feed(data):
                self._began(first, at, waiting)
            if self._cut_at is None or self._cut_at > self.bytes_up + len(data):
                await self._send(server, data, "bytes_up")
                continue
            await self._send(server, data[: max(0, self._cut_at - self.bytes_up)], "bytes_up")
            self._cut_at = None
            self._cut_now()
            return
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    async def _carry_down(self, server, client, waiting):
        while True:
            data = await self._loop.sock_recv(server, self.pace_down.chunk)
            if waiting.answer_is_lost:
                self._cut_now()
                return
            if not data:
                return
            await self._travel(self.pace_down, len(data), waiting, "down")
            await self._send(client, data, "bytes_down")

    def _began(self, first, at, waiting):
        """一个请求开始了：记下，看是不是等着要断的那个。"""
        self.requests.append(first.rpartition(b" ")[0].decode(errors="replace"))
        if self._cut_match and first.startswith(self._cut_match):
            self._cut_at, self._cut_match = self.bytes_up + at + self._cut_bytes, None
        if self._answer_match is not None and first.startswith(self._answer_match):
            self._answer_match, waiting.answer_is_lost = None, True

    def _cut_now(self):
        self.cuts += 1
        self.is_down = self.is_down or self._stays_down
        self._cut()

    async def _travel(self, pace, size, waiting, way):
        """路上的时间：静了一阵再开口的先等一个 latency，然后按快慢排队过去。"""
        now = self._loop.time()
        if self.latency and now - waiting.spoke[way] > self.latency:
            await asyncio.sleep(self.latency)
        passed = pace.passed_at(size, self._loop.time())
        await asyncio.sleep(max(0.0, passed - self._loop.time()))
        waiting.spoke[way] = self._loop.time()

    async def _send(self, where, data, counter):
        """先数再发：那头收到了的，一定已经数过。"""
        setattr(self, counter, getattr(self, counter) + len(data))
        await self._loop.sock_sendall(where, data)


def until(true, page=None, seconds=20):
    """等到 true() 成立；到时还不成立就算失败。页面开着的给 page：等的时候它的请求照样放行。"""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "等了很久也没有等到"
        if page:
            page.wait_for_timeout(20)
        else:
            time.sleep(0.02)
