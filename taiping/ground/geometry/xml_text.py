"""外来的 XML：认编码；只有一种意思的毛病（没有声明的前缀、单个的 &、控制字符）补好再读，别的说清在哪里。"""

import html
import re
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from taiping.ground.geometry.features import decode_strictly, marked_encoding
from taiping.ground.tables import TableError

BARE_UTF16 = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
ENCODING = re.compile(rb"encoding\s{0,9}=\s{0,9}[\"']([\w.\-]{1,40})[\"']")
CHINESE = {"gbk", "gb2312", "gb_2312-80", "cp936", "gb18030", "x-gbk"}
WESTERN = ("iso-8859", "iso8859", "windows-125", "latin", "us-ascii", "ascii")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
AMPERSAND = re.compile(r"&(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,30};)?")
LESS = re.compile(r"<(?=[\s\d=<.,\-])")  # 标签不会这样开头，是“小于”
KEPT = {"amp;", "lt;", "gt;", "quot;", "apos;"}
PREFIX = re.compile(r"(?:<|</|\s)([A-Za-z_][\w.\-]{0,60}):[A-Za-z_]")
DECLARED = re.compile(r"\sxmlns:([\w.\-]{1,60})")
OPENING = re.compile(r"<!\[CDATA\[|<!--")
ROOT = re.compile(r"<[A-Za-z_][\w.\-]{0,60}(?::[\w.\-]{1,60})?")
OWN_PREFIXES = {"xml", "xmlns"}
NEARBY = 15
CUT = {3, 5, 20}  # expat 的错误号：还没有写完文件就没有了
REASONS = {
    2: "写法不对",
    4: "有不该有的符号",
    7: "标签没有配上",
    8: "同一个属性写了两遍",
    9: "后面多出了内容",
}


def decoded_xml(content: bytes) -> tuple[str, str]:
    """XML 的 bytes → (文字, 编码)：看签名，再严格按 UTF-8，不行照它写的、按 GB18030。"""
    known = marked_encoding(content)
    known = known or [encoding for mark, encoding in BARE_UTF16 if content.startswith(mark)]
    if known:
        return decode_strictly(content, known)
    stated = ENCODING.search(content[:200])
    stated = stated[1].decode("ascii", "ignore").lower() if stated else ""
    is_western = stated.startswith(WESTERN)  # 哪些字节都读得通，写着它的多半其实是 GBK
    stated = "gb18030" if stated in CHINESE or is_western else stated
    return decode_strictly(content, ("utf-8", stated, "gb18030"))


def parse_xml(text: str, what: str) -> Element:
    """文字 → 根元素；what 是格式的名字。读不下去抛 TableError，说清第几行第几列。"""
    if written := DECLARATION.match(text):
        text = "".join(char if char == "\n" else " " for char in written[0]) + text[written.end() :]
    try:
        return _parse(text)
    except ElementTree.ParseError:
        text = _mended(text)
    except DefusedXmlException:
        raise TableError(_dtd(what)) from None
    try:
        return _parse(text)
    except ElementTree.ParseError as error:
        raise TableError(_told(error, text, what)) from None
    except DefusedXmlException:
        raise TableError(_dtd(what)) from None


def _parse(text):
    return ElementTree.fromstring(text.encode("utf-8", "replace"), forbid_dtd=True)


def _dtd(what):
    return (
        f"这份 {what} 里有 <!DOCTYPE> 声明，为了安全不读。请用文本编辑器删掉那一段，"
        f"或在制图软件里重新导出 {what}。"
    )


def _told(error, text, what):
    line, column = error.position
    if error.code in CUT:
        return f"这份 {what} 到第 {line} 行就断了，没有写完。请重新导出再传。"
    lines = text.split("\n")
    there = lines[line - 1] if line <= len(lines) else ""
    near = there[max(column - NEARBY, 0) : column + NEARBY].strip()
    return (
        f"这份 {what} 第 {line} 行第 {column + 1} 列读不下去：{REASONS.get(error.code, '写法不对')}，"
        f"在“{near}”附近。请在那里改好，或重新导出再传。"
    )


def _mended(text):
    """只有一种意思的毛病补好：不动 CDATA 和注释里面的。"""
    parts = _apart(CONTROL.sub("", text))
    plain = [part for part in parts if not part.startswith("<!")]
    prefixes = set()
    for part in plain:
        prefixes.update(PREFIX.findall(part))
    mended = []
    waiting = sorted(prefixes - OWN_PREFIXES)  # 还没有在根上声明的前缀
    for part in parts:
        if not part.startswith("<!"):
            part = LESS.sub("&lt;", AMPERSAND.sub(_entity, part))
            if waiting and (root := ROOT.search(part)):
                part = _declared(part, root, waiting)
                waiting = []
        mended.append(part)
    return "".join(mended)


def _apart(text):
    """切成一段段：CDATA、注释各自一段（以 <! 开头），别的各自一段。"""
    parts = []
    at = 0
    while at < len(text):
        opening = OPENING.search(text, at)
        start = opening.start() if opening else len(text)
        parts.append(text[at:start])
        if opening is None:
            break
        closing = "]]>" if opening[0].endswith("[") else "-->"
        end = text.find(closing, start)
        at = len(text) if end < 0 else end + len(closing)
        parts.append(text[start:at])
    return parts


def _entity(found):
    name = found[1]
    if name is None:
        return "&amp;"
    if name in KEPT:
        return found[0]
    if name.startswith("#"):
        return html.escape(CONTROL.sub("", html.unescape(found[0])))
    char = html.unescape(found[0])
    return html.escape(char) if char != found[0] else f"&amp;{name}"


def _declared(part, root, prefixes):
    """根元素上补声明；它自己声明过的不补。"""
    tag = part[root.start() : part.find(">", root.start()) + 1]
    own = set(DECLARED.findall(tag))
    said = "".join(f' xmlns:{each}="urn:undeclared"' for each in prefixes if each not in own)
    return part[: root.end()] + said + part[root.end() :]
