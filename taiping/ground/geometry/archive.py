"""压缩包：只拿认得的文件，放进临时文件夹，名字由我们起；太多、太大、路径出格的用一句话拒绝。"""

import io
import lzma
import re
import shutil
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from taiping.ground.tables import TableError

MAX_NAME_BYTES = 200  # 各系统的磁盘多半最多 255
MAX_FILES = 2000
MAX_BYTES = 400 * 1024 * 1024
MAX_RATIO = 200  # 解开是压着的几倍
RATIO_FLOOR_BYTES = 20 * 1024 * 1024  # 解开不到这么大的，压得再狠也不算可疑
# 坏的压缩包，标准库会抛的各种错
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    OSError,
    RuntimeError,
    struct.error,
    IndexError,
)
UTF8_FLAG = 0x800
# 一个压缩包里的名字多半是同一个软件写的：都能按这个读才按它
NAME_ENCODINGS = ("utf-8", "gb18030", "big5")
# 跟着数据来的索引、样式、元数据、图标，不用说没有读
COMPANIONS = re.compile(
    r"\.(xml|sb[nx]|qix|fix|ai[nh]|atx|ixs|mxs|qm[dl]|qpj|sld|lyrx?|mxd|aprx|png|jpe?g|gif|svg|css|ini|db)"
)
SHAPEFILE = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
SINGLE = {".gpkg", ".geojson", ".json", ".geojsonl", ".ndjson", ".kml", ".txt"}


@dataclass(eq=False)
class Unpacked:
    """解开的一份数据：name 是包里原来的名字，path 是临时文件夹里的，parts 是各个文件 {后缀: 路径}。"""

    name: str
    path: Path
    parts: dict[str, Path] = field(default_factory=dict)


def unpack(content: BinaryIO, folder: Path | str) -> tuple[list[Unpacked], list[str]]:
    """zip 的内容（可以反复读的文件）→ ([Unpacked], [没有解开的文件名])；不能要的抛 TableError。"""
    try:
        with _opened(content) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry, name in zip(entries, _names(entries), strict=True):
                entry.filename = name
            _refuse_unsafe(entries)
            return _extract(archive, entries, Path(folder))
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno:
            raise  # 磁盘满了之类，不是压缩包的错
        raise TableError("这个压缩包打不开，可能没有传完整。请重新压缩成 zip 再传。") from None


def _opened(content):
    try:
        return zipfile.ZipFile(content)
    except UnicodeDecodeError:  # 标着 UTF-8，名字却是别的编码：去掉标记，自己认
        content.seek(0)
        return zipfile.ZipFile(io.BytesIO(_unmarked(content.read())))


def _unmarked(content):
    """目录里、各个文件前面的 UTF-8 标记都去掉。"""
    data = bytearray(content)
    end = data.rfind(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", data, end + 12)
    at = data.find(b"PK\x01\x02", start, start + size)
    while at >= 0:
        data[at + 9] &= ~(UTF8_FLAG >> 8)
        (local,) = struct.unpack_from("<I", data, at + 42)
        data[local + 7] &= ~(UTF8_FLAG >> 8)
        at = data.find(b"PK\x01\x02", at + 4, start + size)
    return bytes(data)


def _names(entries):
    """各个文件的名字。没有标 UTF-8 的是原来的字节：苹果电脑写 UTF-8，Windows 写 GBK。"""
    raw = []
    for entry in entries:
        is_marked = entry.flag_bits & UTF8_FLAG
        name = entry.orig_filename.partition("\0")[0]
        raw.append(name.encode("utf-8" if is_marked else "cp437", "surrogateescape"))
    unmarked = [
        name for name, entry in zip(raw, entries, strict=True) if not entry.flag_bits & UTF8_FLAG
    ]
    usual = next((code for code in NAME_ENCODINGS if _all_read(unmarked, code)), "")
    names = []
    for name, entry in zip(raw, entries, strict=True):
        code = "utf-8" if entry.flag_bits & UTF8_FLAG else usual or _encoding_of(name)
        name = name.decode(code, "replace")
        # 苹果电脑把带音标的字母拆成两个字符
        is_usual = len(name) <= MAX_NAME_BYTES
        names.append(unicodedata.normalize("NFC", name) if is_usual else name)
    return names


def _all_read(names, encoding):
    try:
        for name in names:
            name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _encoding_of(name):
    return next((code for code in NAME_ENCODINGS if _all_read([name], code)), "cp437")


def _refuse_unsafe(entries):
    if any(entry.flag_bits & 1 for entry in entries):
        raise TableError("这个压缩包加了密码，打不开。请去掉密码重新压缩。")
    if len(entries) > MAX_FILES:
        raise TableError(
            f"压缩包里有 {len(entries)} 个文件，最多 {MAX_FILES} 个。请只压缩图斑数据。"
        )
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if _points_outside(name):
            raise TableError(
                f"压缩包里的“{name[:60]}”指到了压缩包外面，不能用。请重新压缩图斑数据。"
            )
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if total > MAX_BYTES:
        raise TableError(
            f"压缩包解开有 {total / 1024 / 1024:.0f} MB，最多 {MAX_BYTES // 1024 // 1024} MB。请分成几份，或只留要用的图层。"
        )
    if total > RATIO_FLOOR_BYTES and total / packed > MAX_RATIO:
        raise TableError("压缩包解开后比原来大得不正常，不能用。请重新压缩图斑数据。")


def _points_outside(name):
    if name.startswith("/") or ":" in name.partition("/")[0]:
        return True
    return ".." in PurePosixPath(name).parts


def _extract(archive, entries, folder):
    found = {}
    others = []
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if "__MACOSX" in name.parts or name.name.startswith("."):
            continue
        target = _place(name, found, folder)
        if target is None:
            if not COMPANIONS.fullmatch(name.suffix.lower()):
                others.append(name.name)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        _agree(archive, entry)
        with archive.open(entry) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out)
    return list(found.values()), others


def _agree(archive, entry):
    """目录里和文件前面写的名字编码不同，也是同一个文件：zipfile 要两处一样才给读。"""
    archive.fp.seek(entry.header_offset + 6)
    (flags,) = struct.unpack("<H", archive.fp.read(2))
    archive.fp.seek(entry.header_offset + 26)
    (length,) = struct.unpack("<H", archive.fp.read(2))
    archive.fp.seek(entry.header_offset + 30)
    code = "utf-8" if flags & UTF8_FLAG else "cp437"
    entry.orig_filename = archive.fp.read(length).decode(code)


def _place(name, found, folder):
    """包里的 name 解到哪里；不认得的是 None。同一份数据的几个文件记在 found 的同一项。"""
    database = _geodatabase(name)
    if database is not None:
        item = found.setdefault(database, Unpacked(database.stem, folder / f"{len(found)}.gdb"))
        return item.path / _kept_name(name.name)
    suffix = name.suffix.lower()
    if suffix not in SHAPEFILE and suffix not in SINGLE:
        return None
    is_shapefile = suffix in SHAPEFILE
    whole = name.with_suffix("") if is_shapefile else name
    key = (is_shapefile, str(whole).lower())
    item = found.setdefault(key, Unpacked(whole.stem, folder / str(len(found))))
    item.parts[suffix] = item.path.with_suffix(suffix)
    return item.parts[suffix]


def _geodatabase(name):
    """name 在哪个 .gdb 文件夹里；不在是 None。"""
    for folder in reversed(name.parents):
        if folder.name.lower().endswith(".gdb"):
            return folder
    return None


def _kept_name(name):
    """文件地理数据库里的文件名要照原样，GDAL 按名字认；长得磁盘存不下的，不是它的文件。"""
    if len(name.encode("utf-8", "replace")) > MAX_NAME_BYTES:
        raise TableError(
            f"压缩包里的“{name[:40]}…”名字太长，不是文件地理数据库里的文件。请重新压缩图斑数据。"
        )
    return name
