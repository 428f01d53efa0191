"""通报里说常态工作的一句：有要求的、做了的才说；发现的问题合在一起说。"""

from collections.abc import Sequence

from plots.ledger.duties import DutyFigures
from taiping.progress.snapshot import Snapshot

NAMED = 5  # 没有记的村最多点名这么多个
SHORT_NAMED = 6  # 没有做够的村最多点名这么多个


def duties_sentence(rows: Sequence[DutyFigures]) -> str:
    """“常态工作：本周（10月14日至20日）巡查应20次、已做17次，完成率85%，东村、西村没有记录；……”没有可说的是空的。"""
    said = [_words(row) for row in rows if row.done or row.asked]
    if not said:
        return ""
    return f"常态工作：{'；'.join(said)}。{_problems(rows)}"


def by_duty(rows: Sequence[DutyFigures]) -> list[tuple[str, str]]:
    """[(哪项工作, 这一段做了多少)]。"""
    return [(row.duty.name, f"{_words(row)}。") for row in rows]


def duties_behind(shot: Snapshot) -> str:
    """没有做够的：这一段那天结束了的说这一段，还没有结束的说上一段；都够了是空的。"""
    ended = [row for row in shot.duties if row.period.ends_on <= shot.on]
    return _sentence([*_short(ended), *_short(shot.duties_before, "before_name")])


def short_duties(rows: Sequence[DutyFigures]) -> str:
    """没有做够的：“巡查，本周（10月14日至20日）没有做够的有西村；论证，本月（10月）还差2件。”都够了是空的。"""
    return _sentence(_short(rows))


def _sentence(texts):
    return f"{'；'.join(texts)}。" if texts else ""


def _short(rows, name="now_name"):
    found = []
    for row in rows:
        names = [village.name for village in row.short]
        lack = (row.asked or 0) - row.done
        if names:
            rest = f"等{len(names)}个村" if len(names) > SHORT_NAMED else ""
            words = f"没有做够的有{'、'.join(names[:SHORT_NAMED])}{rest}"
        elif lack > 0 and not row.duty.by_villages:
            words = f"还差{lack}{row.duty.unit}"
        else:
            continue
        found.append(f"{row.duty.name}，{getattr(row.period, name)}{words}")
    return found


def _words(row):
    name, unit = f"{row.period.now_name}{row.duty.name}", row.duty.unit
    if row.asked is None:
        return f"{name}{row.done}{unit}"
    words = f"{name}应{row.asked}{unit}、已做{row.done}{unit}，完成率{row.rate_text}"
    lacking = [village.name for village in row.lacking]
    if not lacking:
        return words
    if len(lacking) == len(row.villages):
        return f"{words}，各村都没有记录"
    rest = f"等{len(lacking)}个村" if len(lacking) > NAMED else ""
    return f"{words}，{'、'.join(lacking[:NAMED])}{rest}没有记录"


def _problems(rows):
    found = sum(row.found for row in rows)
    if not found:
        return ""
    at_once = sum(row.stopped_at_once for row in rows)
    left = sum(row.still_open for row in rows)
    still = f"还有{left}个没有了结" if left else "都已经了结"
    return f"发现问题{found}个，当天制止{at_once}个，{still}。"
