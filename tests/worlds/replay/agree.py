"""系统的数和另算一遍的一样不一样：不一样的一处一句。"""

from taiping.progress.progress import plan_progress
from tests.worlds.replay.told import told
from tests.worlds.replay.town import has_begun

BASES = ("done", "recorded")


def differences(found, expected, path=()):
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        return [
            line for key in found for line in differences(found[key], expected[key], (*path, key))
        ]
    return [] if found == expected else [f"{path}：系统 {found}，另算 {expected}"]


def agree(town, on, basis, only=None, story=()):
    """这一天整份方案的数都一样；only 是只看的一个村。"""
    progress = plan_progress(town.plan, on, basis, only and [only])
    expected = town.day(on, basis, only and [only.pk]).figures()
    wrong = differences(told(progress), expected)
    assert not wrong, "\n".join([f"{town.plan} {on} {basis} {only or '全镇'}", *wrong, *story])
    return progress


def deeds_agree(town, stories, on, basis):
    """这一天每块图斑记着的，和照先后把办过的事演一遍的一样：不一样的一处一句。"""
    looks = {row.patch.pk: row for rows in town.looks(on, basis).values() for row in rows}
    wrong = []
    for patch in town.patches:
        played, row = stories[patch.pk].played(on, basis), looks.get(patch.pk)
        if row is None:
            if not played.ended and has_begun(patch, on, basis):
                wrong.append(f"{patch.target.code} {patch}：不算了，演一遍还算")
            continue
        found = (
            None,
            {step.code: row.amount(step) for step in row.steps},
            row.exempt.area_mu if row.exempt else 0,
            row.is_deferred,
        )
        expected = played.ended, *played.figures()
        if found != expected:
            wrong.append(f"{patch.target.code} {patch}：记着 {found}，演一遍 {expected}")
        wrong += [f"{patch.target.code} {patch}：{words}" for words in row.muddles]
    return wrong


def statuses_agree(town, stories):
    """眼下的状态和下一步，和演一遍的一样。"""
    wrong = []
    for patch in town.patches:
        step = patch.next_milestone
        found = patch.status, step and step.code
        expected = stories[patch.pk].now().status()
        if found != expected:
            wrong.append(f"{patch.target.code} {patch}：记着 {found}，演一遍 {expected}")
    return wrong
