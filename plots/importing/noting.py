"""对比以后要提醒的：面积变大的，别的村、别的任务也有的，已经不再算的。"""

from collections import Counter

from plots.models import Patch, Status
from tasks.models import Target

CHUNK = 5000
EXAMPLES = 3
LEFT = {
    Status.CARRIED: "有 {} 个已经结转到别的方案，这里不动；新的内容请导入到那份方案的任务里。",
    Status.REMOVED: "有 {} 个已经移出台账，不动。",
}


def note(found, target: Target, twins: list, ended: Counter) -> None:
    """提醒都加进 found.notes；twins 是别的村也有的行，ended 是各种不再算的状态有几个。"""
    _note_larger(found)
    _note(found, twins, _elsewhere(target, found.new))
    found.notes += [LEFT[status].format(count) for status, count in ended.items()]


def _elsewhere(target, rows):
    """新增的行里，同一个村同一个编号在别的任务里也有的：(行, 任务名)。"""
    wanted = {row.key: row for row in rows}
    if not wanted:
        return []
    villages = {village for village, _ in wanted}
    others = (
        Patch.objects.exclude(target=target)
        .filter(target__plan=target.plan, village__in=villages)
        .order_by()
    )
    keys = others.values_list("village_id", "code_key", "target__name").iterator(chunk_size=CHUNK)
    return [
        (wanted[village, code], name) for village, code, name in keys if (village, code) in wanted
    ]


def _note_larger(found):
    larger = [
        change
        for change in found.amended
        if "area_mu" in change.values and change.row.area_mu > change.old.area_mu
    ]
    if larger:
        examples = "、".join(f"{c.row.village.name} {c.row.code}" for c in larger[:EXAMPLES])
        found.notes.append(
            f"有 {len(larger)} 个办过事的图斑面积变大（如 {examples}）：报过的不跟着变多，"
            "已经报满的要补报、再核实。"
        )


def _note(found, moved, elsewhere):
    if moved:
        examples = "、".join(f"{row.village.name} {row.code}" for row in moved[:EXAMPLES])
        found.notes.append(
            f"有 {len(moved)} 个编号在这项任务的别的村也有（如 {examples}），按新图斑导入；"
            "如果是村填错了，请先改表，或在图斑页更正。"
        )
    if any(change.shape for change in found.changed):
        found.notes.append("系统里已有的图斑只加上或换上图形，面积、地类等不动。")
    if elsewhere:
        examples = "、".join(
            f"{row.village.name} {row.code}（{name}）" for row, name in elsewhere[:EXAMPLES]
        )
        found.notes.append(
            f"有 {len(elsewhere)} 个图斑在别的目标任务里也有同村同号的（如 {examples}）；那边的不动，这里按新图斑导入。"
        )
