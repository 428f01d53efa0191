"""一条提醒里的一件事：一句话、几个、点开是哪一页。"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from villages.models import User


@dataclass(frozen=True)
class Line:
    """words 是给人看的一句；address 是站里的地址，点开就是这几个。"""

    words: str
    address: str
    is_late: bool = False


@dataclass(frozen=True)
class Notice:
    """一个人一天的提醒；没有事的 lines 是空的。"""

    user: User
    on: date
    lines: tuple[Line, ...]

    def __bool__(self):
        return bool(self.lines)


def address_of(name: str, *args: int, **query: object) -> str:
    """站里的地址；query 里是 None 的不写。"""
    asked = urlencode({key: value for key, value in query.items() if value is not None})
    return f"{reverse(name, args=args)}{'?' if asked else ''}{asked}"
