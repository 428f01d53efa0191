"""备份文件：zip 里 data/ 是表，media/ 是上传的文件，manifest.json 是清单，每一项都有 SHA-256。

单位自己放了通报模板的，还有 templates/。
"""

import hashlib
import json
import os
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


class ArchiveError(Exception):
    """不能备份或恢复；str() 是给人看的原因和办法。"""


class Writer:
    """一项一项往里写，边写边算哈希。"""

    def __init__(self, zipped):
        self.zipped = zipped
        self.entries = {}

    def add(self, name, chunks, *, compress=True):
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        digest = hashlib.sha256()
        size = 0
        with self.zipped.open(info, "w", force_zip64=True) as stream:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                stream.write(chunk)
        self.entries[name] = {"sha256": digest.hexdigest(), "size": size}

    def finish(self, manifest):
        text = json.dumps(
            {"format": FORMAT, **manifest, "entries": self.entries}, ensure_ascii=False, indent=1
        )
        self.zipped.writestr(MANIFEST, text, zipfile.ZIP_DEFLATED)


def refuse_existing(path):
    if path.exists():
        raise ArchiveError(f"{path} 已经有了，没有覆盖。请换一个名字，或先把它挪开。")


@contextmanager
def writing(path):
    """写一份新的备份：先写成“.part”，写全了再改名；写不成就什么也不留下。只有本人能读。"""
    path = Path(path)
    refuse_existing(path)
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", allowZip64=True) as zipped:
            yield Writer(zipped)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise ArchiveError(
            f"写不成 {path}：{error.strerror or error}。请检查文件夹和剩余空间。"
        ) from error
    finally:
        part.unlink(missing_ok=True)


class Archive:
    """打开的备份；check 过以后才用里面的东西。"""

    def __init__(self, zipped, name):
        self.zipped = zipped
        self.name = name
        self.manifest = self._manifest()

    def _manifest(self):
        foreign = ArchiveError(f"{self.name} 不是本系统的备份文件：里面没有清单。")
        try:
            manifest = json.loads(self.zipped.read(MANIFEST))
        except (KeyError, ValueError):
            raise foreign from None
        if not isinstance(manifest, dict) or "tables" not in manifest or "entries" not in manifest:
            raise foreign
        if manifest.get("format") != FORMAT:
            raise ArchiveError(
                f"{self.name} 是更新版本的系统做的备份。请先把系统更新到那个版本，再恢复。"
            )
        return manifest

    @property
    def migrations(self) -> set[tuple[str, str]]:
        """做备份时数据表更新到了哪些步：{(应用, 名字)}。"""
        return {(app, name) for app, name in self.manifest["migrations"]}

    def check(self):
        """逐项核对哈希；多一项、少一项、差一个字节都不行。"""
        listed = self.manifest["entries"]
        if sorted(self.zipped.namelist()) != sorted([*listed, MANIFEST]):
            raise ArchiveError(f"{self.name} 里的文件和清单对不上，可能被改动过。请换一份备份。")
        for name, entry in listed.items():
            digest = hashlib.sha256()
            for chunk in self.chunks(name):
                digest.update(chunk)
            if digest.hexdigest() != entry["sha256"]:
                raise ArchiveError(
                    f"{self.name} 里的 {name} 和清单上的哈希不一致，这份备份坏了。请换一份。"
                )

    def chunks(self, name):
        with self.zipped.open(name) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def lines(self, name):
        with self.zipped.open(name) as stream:
            yield from stream


@contextmanager
def opened(path):
    """打开一份备份并核对完，给出 Archive；不完整、被改动、不是备份，都抛 ArchiveError。"""
    path = Path(path)
    damaged = ArchiveError(
        f"{path.name} 不是完整的备份文件，可能没有拷全或已损坏。请重新拷一次，或换一份。"
    )
    try:
        zipped = zipfile.ZipFile(path)
    except OSError as error:
        raise ArchiveError(f"打不开 {path}：{error.strerror or error}。") from None
    except BROKEN:
        raise damaged from None
    with zipped:
        try:
            archive = Archive(zipped, path.name)
            archive.check()
        except BROKEN:
            raise damaged from None
        yield archive
