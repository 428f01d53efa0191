"""把上级表格里写的村，对到系统里的村。只认写得清楚的，不猜。"""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

from django.conf import settings

from taiping.ground.texts import half_width, listed
from villages.models import Village

CODE = re.compile(r"(\d{12})(\w{7})?")  # 12 位村代码，或 19 位坐落单位代码（前 12 位是村代码）
SPACES = re.compile(r"\s+")
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
# 省或自治区、市或州、县或区、镇或街道，都可以不写
LEVELS = re.compile(
    r"([^省]{1,8}省|.{1,8}?自治区)?(.{1,10}?(?:自治州|地区|盟|市))?"
    r"(.{1,10}?(?:自治县|自治旗|(?<!社)区|县|旗|市))?(.{1,10}?(?:镇|乡|街道))?"
)
TOWNSHIP = re.compile(r"镇|乡|街道")
VILLAGE_ENDINGS = ("村民委员会", "村委会", "村")
COMMUNITY_ENDINGS = ("居民委员会", "居委会", "社区")
ENDINGS = (*VILLAGE_ENDINGS, *COMMUNITY_ENDINGS)
LONGEST_NAME = 30  # 字：再长的不是村名，不和村名比像不像
ALIKE, HINTS = 0.5, 50  # 多像才问“是不是”；一份文件里问到这么多种写法为止
NEAREST = 3


class Match(NamedTuple):
    """对上了：village 有值，reason 是空；没对上：village 是 None，reason 说明找到什么、该怎么办。"""

    village: Village | None
    reason: str = ""


def tidy(value):
    """单元格里的值变成可比的文字：全角转半角，去掉所有空白；整数样子的小数去掉 .0。"""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return SPACES.sub("", half_width(str(value)))


def tidy_code(text):
    """12 位村代码；区划换过代码、表格里还是旧的，照设置换成新的。"""
    code = text[:12]
    for old, new in settings.VILLAGE_CODE_CHANGES:
        if code.startswith(old):
            return new + code[len(old) :]
    return code


def _without_ending(text):
    for ending in ENDINGS:
        if text.endswith(ending) and text != ending:
            return text.removesuffix(ending)
    return text


class VillageIndex:
    """村的索引，建的时候查一次库，之后对多少行都不再查。

    villages：只在这些村里找，默认全部。
    写到本镇的名字（TOWN_NAME）为止的都去掉，前面是哪个省、市、县都行；“乙镇东村”写着别的镇，不会当成本镇的东村。
    place：本镇的全称，如“某市某区甲镇”（后面多写的“人民政府”不碍事）；没有写镇的，给了就只认它里面的市、区。
    """

    def __init__(self, villages=None, *, place=""):
        self.by_code, self.by_name, self.by_alias, self.seen = {}, {}, {}, {}
        self.bare_names, self.by_bare, self.hints = None, None, 0
        self.town = tidy(settings.TOWN_NAME)
        self.place = [part for part in LEVELS.match(tidy(place)).groups() if part]
        self.villages = list(Village.objects.all() if villages is None else villages)
        for village in self.villages:
            self.by_name[tidy(village.name)] = village
            if village.code:
                self.by_code[tidy_code(village.code)] = village
            for alias in village.alias_list:
                self.by_alias.setdefault(tidy(alias), []).append(village)

    def match(self, value):
        """村名、别名、12 位村代码或 19 位坐落单位代码 → Match(village, reason)。"""
        text = tidy(value)
        if text not in self.seen:
            self.seen[text] = self._match(text)
        return self.seen[text]

    def _match(self, text):
        if not text:
            return Match(None, "没有填村，请填村名或 12 位村代码。")
        if SCIENTIFIC.fullmatch(text):
            return Match(
                None, f"“{text}”是被改成科学计数法的代码，请把这一列设成文本再填完整的代码。"
            )
        if code := CODE.fullmatch(text):
            return self._match_code(text, tidy_code(code[1]))
        if found := self._match_name(text):
            return found
        rest = self._without_place(text)
        if rest and (found := self._match_name(rest) or self._match_ending(rest)):
            return found
        return Match(None, self._unknown_name(text))

    def _match_code(self, text, code):
        if village := self.by_code.get(code):
            return Match(village)
        if found := self._match_name(text[:12]):  # 旧的代码写在别名里的
            return found
        return Match(
            None,
            f"“{text}”：没有代码是 {code} 的村。请核对代码，或在后台“{Village._meta.verbose_name}”里给这个村填上村代码。",
        )

    def _match_name(self, text):
        if village := self.by_name.get(text):
            return Match(village)
        villages = self.by_alias.get(text, [])
        if len({village.pk for village in villages}) > 1:
            names = listed(villages)
            return Match(None, f"“{text}”同时是 {names} 的别名，分不清是哪个村。请在后台只留一处。")
        return Match(villages[0]) if villages else None

    def _match_ending(self, text):
        """只差末尾的“村”“村委会”“社区”，正好一个村合得上的；几个都合，先看是村还是社区，还分不清就说是哪几个。"""
        bare = _without_ending(text)
        if self.by_bare is None:
            self.by_bare = {}
            for village in self.villages:
                self.by_bare.setdefault(_without_ending(tidy(village.name)), []).append(village)
        fitting = self.by_bare.get(bare, [])
        if len(fitting) > 1:
            is_community = text.endswith(COMMUNITY_ENDINGS)
            same = [
                each for each in fitting if each.name.endswith(COMMUNITY_ENDINGS) == is_community
            ]
            fitting = same or fitting
        if len(fitting) > 1:
            return Match(None, f"“{text}”可能是 {listed(fitting)}，分不清是哪个村。请写全。")
        return Match(fitting[0]) if fitting else None

    def _without_place(self, text):
        """去掉开头的省、市、县、镇。写了本镇的，到本镇为止；没有写镇的，给过全称就只去掉全称里的。"""
        before, town, after = text.partition(self.town) if self.town else ("", "", "")
        if town and not TOWNSHIP.search(before):
            return after
        for part in self.place:
            text = text.removeprefix(part)
        if self.place:
            return text
        upper = LEVELS.match(text)
        return text[upper.end() :] if upper[4] is None else text

    def _unknown_name(self, text):
        if LEVELS.fullmatch(text):
            return f"“{text}”只写到市、区、镇，没有写是哪个村。请补上村名。"
        return (
            f"“{text}”不是系统里的村名或别名。{self._hint(text)}请核对；如果是某个村的另一种写法，"
            f"请管理员在后台“{Village._meta.verbose_name}”的别名里加上这种写法。"
        )

    def _hint(self, text):
        """“是不是“东村”？”；没有像的，或已经问了许多种写法，是空文字。"""
        if self.hints >= HINTS:
            return ""
        self.hints += 1
        villages = self.nearest(text)
        return f"是不是“{villages[0]}”？" if villages else ""

    def nearest(self, value) -> list[Village]:
        """写法最像的几个村，最像的在前；一个也不像是 []。"""
        wanted = self._bare(tidy(value))
        if not wanted or len(wanted) > LONGEST_NAME:
            return []
        if self.bare_names is None:
            self.bare_names = [(village, self._bare_names_of(village)) for village in self.villages]
        matcher, ranked = SequenceMatcher(b=wanted), []
        for place, (village, names) in enumerate(self.bare_names):
            best = 0
            for name in names:
                matcher.set_seq1(name)
                best = max(best, matcher.ratio())
            if best >= ALIKE:
                ranked.append((-best, place, village))
        return [village for *_, village in sorted(ranked)[:NEAREST]]

    def _bare_names_of(self, village):
        names = (self._bare(tidy(name)) for name in (village.name, *village.alias_list))
        return [name for name in names if len(name) <= LONGEST_NAME]

    def _bare(self, text):
        """去掉开头的市、区、镇和末尾的“村”“社区”，只留村自己的名字。"""
        return _without_ending(self._without_place(text) or text)

    def is_name(self, value) -> bool:
        """像一个村名：不是代码，也不是只写到镇。这样的写法才能记成别名。"""
        text = tidy(value)
        return bool(text) and not any(
            pattern.fullmatch(text) for pattern in (SCIENTIFIC, CODE, LEVELS)
        )

    def take_as(self, value, name) -> None:
        """这份文件里 value 这种写法当作叫 name 的村；没有那个村就不管。"""
        if village := self.by_name.get(tidy(name)):
            self.seen[tidy(value)] = Match(village)
