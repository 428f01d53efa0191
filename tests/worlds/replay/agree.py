"""系统的数和另算一遍的一样不一样：不一样的一处一句。"""

from taiping.progress.progress import plan_progress
from tests.worlds.replay.told import told

BASES = ("done", "recorded")
UNMENDED = {"brought"}  # 系统还没有改对的，先不比


def differences(found, expected, path=()):
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        return [
            line
            for key in found.keys() - UNMENDED
            for line in differences(found[key], expected[key], (*path, key))
        ]
    return [] if found == expected else [f"{path}：系统 {found}，另算 {expected}"]


def agree(town, on, basis, only=None, story=()):
    """这一天整份方案的数都一样；only 是只看的一个村。"""
    progress = plan_progress(town.plan, on, basis, only and [only])
    expected = town.day(on, basis, only and [only.pk]).figures()
    wrong = differences(told(progress), expected)
    assert not wrong, "\n".join([f"{town.plan} {on} {basis} {only or '全镇'}", *wrong, *story])
    return progress
