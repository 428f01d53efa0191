"""网络地址：代理递来的写法各式各样，进门时理成一种；理不成的不要。"""

import ipaddress

MAX_CHARS = 100  # 比最长的写法（IPv6 加网卡名加端口）还宽；再长的一定不是地址


def sound_address(text: object) -> str:
    """“[::1]:99”“1.2.3.4:567”“fe80::1%eth0”“::ffff:1.2.3.4”→ 光是地址的规范写法；不是地址是空。"""
    text = str(text or "").strip()
    if len(text) > MAX_CHARS:
        return ""
    host, port = _split(text)
    if port and not (port.isascii() and port.isdigit()):
        return ""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)


def _split(text: str) -> tuple[str, str]:
    """（地址, 端口）：方括号里的是地址；只有一个冒号的，冒号后面是端口。"""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        return (host, rest.removeprefix(":")) if closed else (text, "")
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, ""


def mend_remote_address(environ: dict[str, str]) -> None:
    """把请求里的 REMOTE_ADDR 理好；理不成就拿掉，后面的人看到的是“没有地址”，不是一个坏地址。"""
    address = environ.pop("REMOTE_ADDR", "")
    port = environ.get("REMOTE_PORT", "")
    if ":" in str(address) and "." in str(port):
        address = f"{address}:{port}"  # waitress 把“::ffff:1.2.3.4”的后半截当成了端口
    if sound := sound_address(address):
        environ["REMOTE_ADDR"] = sound
