"""名字排先后用的写法：里面的数照大小排，第6村在第10村前面，第九村在第十村前面。跟着名字存一份，数据库照它排。"""

import re

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from taiping.ground.texts import half_width

MOST = 200
WIDTH = 8  # 数补齐到几位
DIGITS = re.compile(r"0*([0-9]+)")
ONES = "一二三四五六七八九"
# 只认得出是编号的：第几村、第几组、第几社；十村、六组。三河村的“三”是名字里的字，不动
NUMERAL = re.compile(
    rf"(?<![{ONES}十])(?:(?<=第)(?P<th>[{ONES}十]{{1,3}})(?=[村组社])|(?P<bare>[{ONES}十]{{1,3}})(?=村|组|社区))"
)


def _numerals():
    """一到九十九怎么写 → 数。"""
    found = {}
    for number in range(1, 100):
        tens, ones = divmod(number, 10)
        written = (ONES[tens - 1] if tens > 1 else "") + ("十" if tens else "")
        found[written + (ONES[ones - 1] if ones else "")] = number
    return found


NUMBERS = _numerals()


def name_key(name: str) -> str:
    """名字 → 排先后用的：数补齐到八位，编号用的中文数字（一到九十九）也换成数。"""
    text = NUMERAL.sub(_in_digits, half_width(name).casefold())
    return DIGITS.sub(lambda found: found[1].zfill(WIDTH), text)[:MOST]


def _in_digits(found):
    return str(NUMBERS.get(found[0], found[0]))


class KeyOfName(DeferredAttribute):
    """问的时候照名字现算：装机读方案（loaddata）不经过 pre_save，也对。名字没有取的，照取来的。"""

    def __get__(self, instance, cls=None):
        if instance is not None and "name" in instance.__dict__:
            return name_key(instance.name)
        return super().__get__(instance, cls)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class NameKeyField(models.CharField):
    """由 name 算出，新增时自己填上；以后改了名字，把它也写进要存的几项里。"""

    descriptor_class = KeyOfName

    def __init__(self, *args, **kwargs):
        given = {"max_length": MOST, "editable": False, "default": ""}
        super().__init__(*args, **{**given, **kwargs})
