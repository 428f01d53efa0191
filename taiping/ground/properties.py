"""文件的属性：系统做的每一份文件都写着是哪个系统、哪一天做的、叫什么；照系统里的今天。"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings

from taiping.ground import dates


class Maker(NamedTuple):
    """谁、什么时候做的；at 是不带时区的世界时，文件里就这样存。"""

    name: str
    at: datetime


def maker() -> Maker:
    return Maker(settings.SYSTEM_TITLE, dates.now().astimezone(UTC).replace(tzinfo=None))


def sign(properties: Any, title: str = "", made: Maker | None = None) -> None:
    """写上是本系统今天做的；properties 是 openpyxl 的 properties，或 python-docx 的 core_properties。"""
    made = made or maker()
    owner = "creator" if hasattr(properties, "creator") else "author"
    setattr(properties, owner, made.name)
    properties.created = made.at
    if title:
        properties.title = title
    touch(properties, made)


def touch(properties: Any, made: Maker | None = None) -> None:
    """别人的文件改过了：原来是谁做的还是谁，最后改的是本系统。"""
    made = made or maker()
    properties.last_modified_by, properties.modified = made.name, made.at
