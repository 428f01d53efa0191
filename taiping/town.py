"""哪个镇：名字、中央经线、换过的村代码、系统叫什么。都是设置，程序里没有哪个镇的。"""

import re
from pathlib import Path

LINE = re.compile(r"([A-Z_]{1,40})=(.*)")
CHANGES = re.compile(r"[\s,，、;；]+")
ARROW = re.compile(r">|＞|→")
PREFIX = re.compile(r"[0-9]{1,12}")
KIND = re.compile(r"(?:任务)?(?:管理|调度|监管)?(?:系统|平台)\Z")


def shipped_town(path: Path) -> dict[str, str]:
    """随系统带的方案是哪个镇的：{设置项: 值}；没有这个文件是空的。"""
    if not path.exists():
        return {}
    found = map(LINE.fullmatch, path.read_text(encoding="utf-8").splitlines())
    return {line[1]: line[2].strip() for line in found if line}


def short_title(title: str) -> str:
    """系统的名字去掉末尾的“任务管理系统”：页头、手机桌面上用。"""
    return KIND.sub("", title) or title


def code_changes(text: str) -> list[tuple[str, str]]:
    """“500100>500200,…” → [(旧的开头, 新的开头)]。看不懂抛 ValueError，说明是给人看的一句话。"""
    found = []
    for written in filter(None, CHANGES.split(text)):
        ends = ARROW.split(written)
        if len(ends) != 2 or not all(map(PREFIX.fullmatch, ends)) or len({*map(len, ends)}) != 1:
            raise ValueError(
                f"VILLAGE_CODE_CHANGES 里的“{written[:40]}”看不懂。要写成 旧代码的开头>新代码的开头，"
                "都是数字、一样长，如 110100>110200；几处用逗号隔开。"
            )
        found.append((ends[0], ends[1]))
    return found
