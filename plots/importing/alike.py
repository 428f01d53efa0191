"""乍一看一样、其实不同的编号（字母 O 和数字 0、前面有没有 0、哪种分隔符）：不拦，指给人看。"""

from plots.importing.parsed import ParsedRow
from taiping.ground.codes import look

EXAMPLES = 3


def alike_in_file(rows: list[ParsedRow]) -> list[str]:
    """同一份文件里的。"""
    first, pairs = {}, []
    for row in rows:
        key = row.village.pk, look(row.code)
        other = first.setdefault(key, row)
        if other is not row:
            pairs.append((other, row))
    if not pairs:
        return []
    examples = "、".join(
        f"{one.village.name}第 {one.number} 行 {one.code} 和第 {two.number} 行 {two.code}"
        for one, two in pairs[:EXAMPLES]
    )
    return [f"有 {len(pairs)} 处编号乍一看一样，请看看是不是同一块：{examples}。"]


def alike_in_ledger(new: list[ParsedRow], kept: list[tuple[int, str]]) -> list[str]:
    """新增的和系统里有、文件里没有的；kept 是它们的 (村的主键, 编号的可比写法)。"""
    if not new or not kept:
        return []
    looks = {(village, look(code)): code for village, code in kept}
    found = [(row, code) for row in new if (code := looks.get((row.village.pk, look(row.code))))]
    if not found:
        return []
    examples = "、".join(
        f"{row.village.name} {row.code}，系统里是 {code}" for row, code in found[:EXAMPLES]
    )
    return [
        f"有 {len(found)} 个新增的编号和系统里的乍一看一样（如 {examples}），按新图斑导入；"
        "是同一块的，请先改表。"
    ]
