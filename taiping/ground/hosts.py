"""网站的地址：.env 里写的域名和网址，启动时就看懂、查对；看得明白的照意思收下，看不明白的说出该怎么写。"""

import re
import unicodedata
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from django.core.exceptions import ImproperlyConfigured

LOCAL = ["localhost", "127.0.0.1", "[::1]"]
SEPARATORS = re.compile(r"[\s,;、]+")
QUOTES = "'\"“”‘’"
PLACE = re.compile(
    r"(?:(?P<scheme>[a-z]{1,20})://)?(?P<host>\[[0-9a-f:.]{2,45}\]|[^\[\]/:@?#]{1,254})(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?"
)
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
MAX_HOST_CHARS = 253
DEFAULT_PORTS = {"http": "80", "https": "443"}
EXAMPLES = {
    "ALLOWED_HOSTS": "gengdi.example.gov.cn,127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "https://gengdi.example.gov.cn",
}
SHOWN_CHARS = 300


class Unclear(ValueError):
    """一处看不明白：怎么不对；meant 是他想写的，说不准就是空。"""

    def __init__(self, words: str, meant: str = ""):
        super().__init__(words)
        self.meant = meant


def site_addresses(hosts: str, origins: str) -> tuple[list[str], list[str]]:
    """ALLOWED_HOSTS 和 CSRF_TRUSTED_ORIGINS 写的字 → 两个列表。有看不明白的，一次全说出来（ImproperlyConfigured）。"""
    problems = []
    found = (
        _read("ALLOWED_HOSTS", hosts, allowed_host, problems) or LOCAL,
        _read("CSRF_TRUSTED_ORIGINS", origins, trusted_origin, problems),
    )
    if problems:
        raise ImproperlyConfigured(
            f".env（或环境变量）里网站的地址看不明白：{'；'.join(problems)}。改好再启动。"
        )
    return found


def _read(setting, text, understand, problems):
    """一行里的每一处照意思收下；看不明白的，连同现在这一行和该写的一行，记进 problems。"""
    good = []
    wrong = []
    for word in _words(text):
        try:
            good.append(understand(word))
        except Unclear as error:
            wrong.append(f"“{word[:SHOWN_CHARS]}”{error}")
            if error.meant:
                good.append(error.meant)
    good = list(dict.fromkeys(good))
    if wrong:
        write = f"要写成如 {setting}={EXAMPLES[setting]}"
        if good:
            write = f"要写成 {setting}={','.join(good)[: SHOWN_CHARS * 3]}"
        problems.append(
            f"{'，'.join(wrong)}，现在写的是 {setting}={text.strip()[:SHOWN_CHARS]}，{write}"
        )
    return good


def _words(text):
    """全角的字母、点、逗号都当半角的；逗号、顿号、分号、空格都隔得开。"""
    plain = unicodedata.normalize("NFKC", text).lower().replace("。", ".")
    words = [word.strip(QUOTES) for word in SEPARATORS.split(plain)]
    return [word for word in words if word]


def allowed_host(word: str) -> str:
    """https://x.gov.cn:8000/ → x.gov.cn，比的只是名字；.x.gov.cn 连它下面的一起，* 是谁都行。看不明白抛 Unclear。"""
    if word == "*":
        return word
    _, host, _ = _parts(word)
    if host.startswith("*."):
        raise Unclear("不能用星号，要连下面的名字一起就写点开头", f".{_name(host[2:])}")
    dot = "." if host.startswith(".") else ""
    return dot + _name(host.removeprefix("."))


def trusted_origin(word: str) -> str:
    """https://x.gov.cn/ → https://x.gov.cn，浏览器报的只到端口；没有写 https:// 还是 http:// 的不猜。"""
    scheme, host, port = _parts(word)
    star = "*." if host.startswith("*.") else ""
    place = star + _name(host.removeprefix("*."))
    if port and port != DEFAULT_PORTS.get(scheme):
        place += f":{port}"
    if scheme not in DEFAULT_PORTS:
        raise Unclear("要写完整的网址，以 https:// 开头", f"https://{place}")
    return f"{scheme}://{place}"


def _parts(word):
    """（http 还是 https，名字，端口），没写的是空；光写一个 IPv6 地址，给它添上方括号。"""
    is_bare_ipv6 = word.count(":") > 1 and "/" not in word and "[" not in word
    found = PLACE.fullmatch(f"[{word}]" if is_bare_ipv6 else word)
    if not found or int(found["port"] or 1) not in range(1, 65536):
        raise Unclear("不是网站的地址")
    return found["scheme"] or "", found["host"].removesuffix("."), found["port"] or ""


def _name(host):
    """一个域名或 IP 地址，照浏览器发来的写法。"""
    if not host.isascii():
        raise Unclear("里有中文等字，中文域名要写成 xn-- 开头的")
    labels = host.split(".")
    try:
        if host.startswith("["):
            return f"[{IPv6Address(host[1:-1]).compressed}]"
        if labels[-1].isdigit():
            return str(ip_address(host))
    except ValueError:
        raise Unclear("不是 IP 地址") from None
    if len(host) > MAX_HOST_CHARS or not all(LABEL.fullmatch(label) for label in labels):
        raise Unclear("不是域名，域名里只有字母、数字、点和横线")
    return host


def shown(understand: Callable[[str], str], given: str) -> str:
    """别人发来的主机名或来源网址，照着写进 .env 的样子；不像的（乱码、太长、带星号）是空，不照抄给人看。"""
    try:
        found = understand(given.lower())
    except Unclear:
        return ""
    return "" if "*" in found or found.startswith(".") else found
