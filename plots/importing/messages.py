"""怎么说：预览的一句话、和方案任务数的比较、批次的结果。页面和命令说的一样。"""

from plots.importing.review import PatchReview, Review
from taiping.ground.area import figure
from taiping.ground.words import more_or_less

COUNTS = (
    ("new", "新增 {} 个"),
    ("changed", "改动 {} 个"),
    ("amended", "其中更正面积 {} 个"),
    ("moved", "其中换村 {} 个"),
    ("unchanged", "没变 {} 个"),
    ("shapes", "其中带图形 {} 个"),
    ("reported", "上报 {} 个"),
    ("skipped", "跳过 {} 行"),
)


def counts_text(counts):
    """批次的结果：“新增 24 个，没变 0 个”里不说是 0 的。"""
    said = [text.format(counts[key]) for key, text in COUNTS if counts.get(key)]
    return "，".join(said) or ("没有变化" if "unchanged" in counts else "")


def headline(review: Review) -> str:
    """预览的那句话。"""
    if review.unreadable:
        return "这份文件读不了，系统里什么也没有动。"
    if not review.is_readable:
        return "还没有认全各列是什么，请在下面指明；系统里什么也没有动。"
    if review.problems:
        return f"这份文件有 {len(review.problems)} 处要改，还不能导入，系统里什么也没有动。"
    return review.outcome


def quota_text(review: PatchReview) -> tuple[str, bool]:
    """(一句话, 是不是一致)：表里的合计、导入后的合计和方案的任务数比。"""
    target, found = review.batch.target, review.found
    total = f"下发合计 {figure(found.file_mu)} 亩、{found.file_count} 个"
    if found.kept:
        total += f"，加上系统里已有的，共 {figure(found.after_mu)} 亩、{found.after_count} 个"
    gaps = [
        more_or_less(actual - planned, unit)
        for planned, actual, unit in (
            (target.quota, found.after_mu, "亩"),
            (target.quota_count, found.after_count, "个"),
        )
        if planned is not None and planned != actual
    ]
    if target.quota is None and target.quota_count is None:
        return f"{total}。方案未定数。", True
    if not gaps:
        return f"{total}，与方案一致。", True
    return f"{total}；方案是 {target.quota_text}，{'、'.join(gaps)}。请核对，不改也能导入。", False
