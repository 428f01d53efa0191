"""其中：一项任务是另一项的一部分（“粮食播种面积，其中：早稻”）。怎么排、哪里不行、加起来对不对。

规矩写在 Target 的说明里。后台（Target.clean）和导入方案都来这里问；这里只看给它的东西，不查库。
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from taiping.ground.area import plain

if TYPE_CHECKING:  # 表来问这里，只为写明类型
    from tasks.models.targets import Target

DEEPEST = 3  # 连最上面的一共几层：粮食、稻谷、早稻
Sum = tuple[bool, str]  # (是不是超过了, 一句话)


def nested(targets: Iterable["Target"]) -> list["Target"]:
    """targets（按顺序）里，各项的“其中”紧跟在它后面，同一项的“其中”照原来的先后。

    每一项放好 depth（第几层，最上面是 0）、root（最上面的那一项）和 parent（不用再查）。
    上级不在里面的当作没有上级，绕成圈的也是。
    """
    targets = list(targets)
    known = {target.pk: target for target in targets}
    parts: dict[int | None, list[Target]] = {}
    for target in targets:
        parent = known.get(target.parent_id)
        if parent:
            target.parent = parent
        parts.setdefault(parent and parent.pk, []).append(target)
    found = []
    for target in parts.get(None, []):
        _put(target, target, 0, parts, found)
    placed = {target.pk for target in found}
    for target in targets:
        if target.pk not in placed:  # 库里直接写进去、绕成圈的
            target.depth, target.root = 0, target
            found.append(target)
    return found


def _put(target, root, depth, parts, found):
    target.depth, target.root = depth, root
    found.append(target)
    for part in parts.get(target.pk, []):
        _put(part, root, depth + 1, parts, found)


def in_circles(parents: Mapping[Hashable, Hashable | None]) -> set[Hashable]:
    """{一行: 上级} → 顺着上级走会回到自己的那些；每个只走一遍。"""
    circling, walked = set(), set()
    for name in parents:
        path = {}  # 名称 → 第几步
        while name is not None and name not in walked and name not in path:
            path[name] = len(path)
            name = parents.get(name)
        if name in path:
            circling.update(list(path)[path[name] :])
        walked.update(path)
    return circling


def nesting_problem(
    key: Hashable,
    parents: Mapping[Hashable, Hashable | None],
    named: Callable[[Hashable], str],
    *,
    with_parts: bool = False,
) -> str:
    """key 那一项放在它的上级下面行不行：绕成圈、层数太多的是一句话；行是空文字。parents 是整份方案的。

    with_parts 连它下面的“其中”有几层也算：只改这一项时，别的没有谁来问。
    """
    parent = parents[key]
    if parent is None:
        return ""
    if key == parent:
        return f"上级任务写的是“{named(key)}”自己，请改成另一项，或留空。"
    if key in in_circles(parents):
        return f"“{named(parent)}”又是“{named(key)}”的一部分，上级绕成了圈。请改一个，或留空。"
    moved = parents if with_parts else [key]
    chains = [_chain(each, parents) for each in moved]
    if all(len(chain) <= DEEPEST or key not in chain for chain in chains):
        return ""
    return f"放在“{named(parent)}”下面就超过了 {DEEPEST} 层，请改成上一层的任务，或留空。"


def _chain(key, parents):
    """key 和它的各级上级；绕成圈的走一圈就停。"""
    chain = []
    while key is not None and key not in chain:
        chain.append(key)
        key = parents.get(key)
    return chain


def compared_sums(parent: "Target", parts: Iterable["Target"]) -> list[Sum]:
    """各“其中”的任务数加起来，和上级的比：不一样的说一句，不拦；单位、靠什么量不一样的不比。

    只有一项“其中”的本来就没有列全；有的没有任务数、单位不同，不知道列全了没有：这些只说超过了的。
    """
    parts = list(parts)
    alike = [
        part for part in parts if (part.unit, part.measured_by) == (parent.unit, parent.measured_by)
    ]
    found = []
    for name, unit in (("quota", parent.unit), ("quota_count", "个")):
        given = [getattr(part, name) for part in alike if getattr(part, name) is not None]
        whole = getattr(parent, name)
        if given and whole is not None:
            is_all = len(given) == len(parts) > 1
            found.append(_compared(parent.name, given, whole, unit, is_all))
    return [each for each in found if each]


def _compared(name, given, whole, unit, is_all):
    total = sum(map(Decimal, given), Decimal(0))
    gap = total - Decimal(whole)
    told = (
        f"“{name}”的各项“其中”一共 {plain(total)} {unit}，它自己是 {plain(Decimal(whole))} {unit}"
    )
    if gap > 0:
        return True, f"{told}，多了 {plain(gap)} {unit}。“其中”加起来不会超过上级，请核对。"
    if gap < 0 and is_all:
        return False, f"{told}，少了 {plain(-gap)} {unit}。“其中”没有列全的，照这样就行。"
    return None
