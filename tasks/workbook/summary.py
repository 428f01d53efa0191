"""比较的结果说成话：命令行一行一行打印，网页用同样的句子。"""


def headline(diff, *, delete_missing=False):
    """一句话：新增几行、改动几行、删去几行；什么都没变就是“没有变化”。"""
    parts = [f"新增 {len(diff.new)} 行"] if diff.new else []
    parts += [f"改动 {len(diff.changed)} 行"] if diff.changed else []
    parts += [f"删去 {len(diff.deletable)} 行"] if delete_missing and diff.deletable else []
    return "，".join(parts) or "没有变化"


def lines(review, *, delete_missing=False):
    """逐行说明：提醒、新增、改动（旧 → 新）、文件里没有的、步骤变了动到几个图斑。"""
    diff = review.diff
    yield from (f"提醒：{problem}" for problem in review.warnings)
    for change in diff.new:
        yield f"新增 {change.word}：{change.label}"
    for change in diff.changed:
        differences = "；".join(f"{name} {old} → {new}" for name, old, new in change.fields)
        yield f"改动 {change.word}：{change.label}：{differences}"
    for entry in diff.deletable:
        what = "删去" if delete_missing else "保留（文件里没有）"
        yield f"{what} {entry.word}：{entry.label}"
    for entry in diff.kept:
        yield f"保留（文件里没有）{entry.word}：{entry.label}"
    yield from (f"步骤变了：{effect}" for effect in review.effects)
    yield f"没有变化的 {len(diff.unchanged)} 行。"
