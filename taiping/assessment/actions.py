"""人工评分、撤回评错的：只增不改。在锁住的考核项上办，打开以后别人先评的，给后评的人看了再说。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max

from taiping.ground.area import figure
from taiping.ground.dates import long_date
from taiping.ground.permissions import refusal
from tasks.models import Score, ScoreItem
from villages.models import User, Village

USED_KEY = "这张表单已经用过了，评的是另一个分。请重新打开页面再评。"


class Refused(Exception):
    """现在不能评；说明是给人看的一句话。"""


class ScoredSince(Exception):
    """打开表单以后，别人先评了：sentences 一个村一句，seen 是 村的主键 → 现在最后一次的主键。"""

    def __init__(self, scores: list[Score]):
        self.sentences = [
            f"{score.by or '别人'}刚评：{score.village.name}“{score.item.name}”"
            f"{figure(score.points)} 分，{long_date(score.on)}，{score.reason}。"
            for score in scores
        ]
        super().__init__("".join(self.sentences))
        self.seen = {score.village_id: score.pk for score in scores}


@dataclass(frozen=True)
class Mark:
    """一个村评几分、为什么；seen 是打开表单时这一项、这个村最后一次评分的主键，没有是 0。"""

    village: Village
    points: Decimal
    reason: str
    seen: int


@dataclass(frozen=True)
class Entered:
    """评好的；is_again 是同一张表单又交了一次，用的是第一次的。"""

    scores: list[Score]
    is_again: bool = False


@transaction.atomic
def give(item: ScoreItem, marks: list[Mark], *, by: User, client_key: UUID, on: date) -> Entered:
    """一项评一个村或几个村，一张表单一起成或一起不成。

    打开以后有一个村别人评过的抛 ScoredSince，一个分也不录；现在不能评的抛 Refused 或 ValidationError。
    """
    _allow("assessment.score", by)
    item = ScoreItem.objects.select_for_update().get(pk=item.pk)
    keys = {mark.village.pk: uuid5(client_key, str(mark.village.pk)) for mark in marks}
    if first := list(Score.objects.filter(client_key__in=keys.values()).select_related("village")):
        return _again(first, item, marks)
    if news := _since(item, marks, by):
        raise ScoredSince(news)
    scores = []
    for mark in marks:
        given = {"village": mark.village, "points": mark.points, "reason": mark.reason, "on": on}
        key, is_demo = keys[mark.village.pk], item.is_demo
        scores.append(Score(item=item, by=by, client_key=key, is_demo=is_demo, **given))
        scores[-1].clean()
    try:
        with transaction.atomic():
            for score in scores:
                score.save(force_insert=True)
    except IntegrityError:  # 标识全库只许用一次：同时交到另一项上了
        raise Refused(USED_KEY) from None
    return Entered(scores)


@transaction.atomic
def withdraw(score: Score, *, by: User, reason: str) -> None:
    """撤回评错的；撤不了的抛 PermissionDenied，说明是给人看的一句话。"""
    score = Score.objects.select_for_update(of=("self",)).get(pk=score.pk)
    _allow("assessment.withdraw", by, score)
    score.take_back(by, reason)


def last_scores(item: ScoreItem) -> dict[int, int]:
    """村的主键 → 现在最后一次录的评分的主键。打开表单时记下，交的时候看有没有更新的。"""
    found = Score.objects.filter(item=item).order_by("village_id")
    return dict(found.values_list("village_id").annotate(Max("pk")))


def _again(first, item, marks):
    """同一张表单交过的那一次；标识用在另外的分上的抛 Refused。"""
    before = {(score.item_id, score.village_id, score.points) for score in first}
    if before != {(item.pk, mark.village.pk, mark.points) for mark in marks}:
        raise Refused(USED_KEY)
    return Entered(first, is_again=True)


def _since(item, marks, by):
    """打开以后别人评的，一个村最后一次；自己评的不用再说。"""
    seen = {mark.village.pk: mark.seen for mark in marks}
    found = Score.objects.standing().filter(item=item, village__in=seen).exclude(by=by)
    found = found.select_related("by", "village", "item").order_by("pk")
    news = {score.village_id: score for score in found if score.pk > seen[score.village_id]}
    return list(news.values())


def _allow(permission, user, score=None):
    if sentence := refusal(permission, user, score):
        raise PermissionDenied(sentence)
