"""做事的三种人怎么称呼：村、镇、区；别的地方是组、乡、县，由设置 ACTOR_WORDS 说。要称呼他们的，都从这里取。"""

import re

from django.conf import settings
from django.utils.functional import lazy

CODES = ("VILLAGE", "TOWN", "DISTRICT")  # 方案里由谁做的代码，从下到上
USUAL = ("村", "镇", "区")
SEPARATORS = re.compile(r"[\s,，、;；]+")
WORD = re.compile(r"[\u4e00-\u9fff]{1,4}")


def words_in(text: str) -> tuple[str, str, str]:
    """设置里写的三个称呼；没有写是村、镇、区。看不懂抛 ValueError，说明是给人看的一句话。"""
    if not text.strip():
        return USUAL
    words = tuple(filter(None, SEPARATORS.split(text)))
    if len(words) != len(CODES) or len({*words}) != len(CODES):
        raise ValueError(_not_three(text))
    if not all(map(WORD.fullmatch, words)):
        raise ValueError(_not_three(text))
    return words


def _not_three(text):
    return (
        f"ACTOR_WORDS 写的是“{text[:40]}”，看不懂。要写三个不同的称呼，从下到上，用逗号隔开，"
        "每个一到四个汉字，如 组,乡,县；就叫村、镇、区的，去掉这一项。"
    )


class Actors:
    """三个称呼；要用的时候才看设置。"""

    @property
    def village(self) -> str:
        return settings.ACTOR_WORDS[0]

    @property
    def town(self) -> str:
        return settings.ACTOR_WORDS[1]

    @property
    def district(self) -> str:
        return settings.ACTOR_WORDS[2]

    def word(self, code: str) -> str:
        """方案里的代码 → 称呼：VILLAGE → 村。"""
        return settings.ACTOR_WORDS[CODES.index(code)]

    def turn(self, code: str) -> str:
        """轮到谁：VILLAGE → 村该办。"""
        return f"{self.word(code)}该办"


actors = Actors()


def said(text: str) -> str:
    """text 里的 {村}、{镇}、{区} 换成这里的称呼；程序开头就要写好的话，用到的时候才换。"""
    return lazy(lambda: text.format(**dict(zip(USUAL, settings.ACTOR_WORDS, strict=True))), str)()


# 该谁办：[(代码, 村该办)]，台账的筛选、通报都照这个先后
TURNS = tuple((code, said(f"{{{word}}}该办")) for code, word in zip(CODES, USUAL, strict=True))
