"""人工评分、撤回评错的：只增不改。在锁住的考核项上办，打开以后别人先评的，给后评的人看了再说。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from taiping.ground.area import figure
from taiping.ground.dates import long_date
from taiping.ground.permissions import refusal
from tasks.models import Score, ScoreItem
from villages.models import User, Village

USED_KEY = "这张表单已经用过了，评的是另一个分。请重新打开页面再评。"


class Refused(Exception):
    """现在不能评；说明是给人看的一句话。"""


class ScoredSince(Exception):
    """打开表单以后，别人先评了这一项：sentence 是一句话，seen 是现在最后一次的主键。"""

    def __init__(self, score: Score):
        self.sentence = (
            f"{score.by or '别人'}刚评：{score.village.name}“{score.item.name}”"
            f"{figure(score.points)} 分，{long_date(score.on)}，{score.reason}。"
        )
        super().__init__(self.sentence)
        self.seen = score.pk


@dataclass(frozen=True)
class Entered:
    """评好的；is_again 是同一张表单又交了一次，用的是第一次的。"""

    score: Score
    is_again: bool = False


@transaction.atomic
def give(
    item: ScoreItem,
    village: Village,
    *,
    by: User,
    client_key: UUID,
    seen: int,
    on: date,
    points: Decimal,
    reason: str,
) -> Entered:
    """评一个分。seen 是打开时这一项、这个村最后一次评分的主键（没有是 0）。

    以后别人评过的抛 ScoredSince，一个分也不录；现在不能评的抛 Refused 或 ValidationError。
    """
    _allow("assessment.score", by)
    item = ScoreItem.objects.select_for_update().get(pk=item.pk)
    first = Score.objects.filter(client_key=client_key).first()
    if first:
        return _again(first, item, village, points)
    if news := _since(item, village, seen, by):
        raise ScoredSince(news)
    given = {"item": item, "village": village, "on": on, "points": points, "reason": reason}
    score = Score(by=by, client_key=client_key, is_demo=item.is_demo, **given)
    score.clean()
    try:
        with transaction.atomic():
            score.save(force_insert=True)
    except IntegrityError:  # 标识全库只许用一次：同时交到另一项上了
        raise Refused(USED_KEY) from None
    return Entered(score)


@transaction.atomic
def withdraw(score: Score, *, by: User, reason: str) -> None:
    """撤回评错的；撤不了的抛 PermissionDenied，说明是给人看的一句话。"""
    score = Score.objects.select_for_update(of=("self",)).get(pk=score.pk)
    _allow("assessment.withdraw", by, score)
    score.take_back(by, reason)


def last_score(item: ScoreItem, village: Village) -> int:
    """现在最后一次录的评分的主键；还没有是 0。打开表单时记下，交的时候看有没有更新的。"""
    found = Score.objects.filter(item=item, village=village).order_by("-pk")
    return found.values_list("pk", flat=True).first() or 0


def _again(first, item, village, points):
    """同一张表单交过的那一次；标识用在另一个分上的抛 Refused。"""
    if (first.item_id, first.village_id, first.points) != (item.pk, village.pk, points):
        raise Refused(USED_KEY)
    return Entered(first, is_again=True)


def _since(item, village, seen, by):
    """seen 以后别人评的最后一次；自己评的不用再说。"""
    found = Score.objects.standing().filter(item=item, village=village, pk__gt=seen)
    return found.exclude(by=by).select_related("by", "village", "item").order_by("-pk").first()


def _allow(permission, user, score=None):
    if sentence := refusal(permission, user, score):
        raise PermissionDenied(sentence)
