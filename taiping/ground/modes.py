"""谁读得到：数据库、照片、导入的文件只有运行系统的用户能读。Windows 的权限不在这里，见 taiping/operations/README.md。"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

OTHERS = 0o077  # 同组的和别的用户


def close_folder(folder: Path) -> None:
    """建好数据文件夹，别的用户进不来；改不了权限的（共享的文件夹、属于别的用户）照常用，check --deploy 会说。"""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tighten(folder)


def is_open(path: Path) -> bool:
    """别的用户读得到、写得了或进得去；没有这个文件、Windows 上都是 False。"""
    if os.name == "nt":
        return False
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False


def tighten(paths: Iterable[Path | str]) -> tuple[int, int]:
    """把这些文件和文件夹（连里面的）都收成只有自己能读；返回（收紧了几个, 改不了几个）。链接不跟。"""
    done = failed = 0
    for path in _everything(paths):
        if path.is_symlink() or not is_open(path):
            continue
        if _tighten(path):
            done += 1
        else:
            failed += 1
    return done, failed


def _everything(paths):
    for path in map(Path, paths):
        real = path.resolve()
        yield real
        for folder, folders, files in os.walk(real):
            yield from (Path(folder, name) for name in (*folders, *files))


def _tighten(path):
    """拿掉别人的权限，自己的不变。带粘滞位的是大家共用的临时文件夹，不动。"""
    try:
        mode = path.stat().st_mode
        if os.name == "nt" or not mode & OTHERS:
            return True
        if mode & stat.S_ISVTX:
            return False
        path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:  # 刚才还在，别人删了
        return True
    except OSError:
        return False
    return True
