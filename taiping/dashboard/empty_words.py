"""总览上没有数时的话：照方案里有的说，没有靠图斑的任务就不叫人导入图斑。"""

from taiping.ground.actors import actors, said
from taiping.progress.figures import Progress, TargetFigures

IMPORT = said("{区}里下发的图斑由{镇}工作人员导入")
READ = said("监测数由{镇}工作人员在“方案 → 监测数”录入")


def part_words(progress: Progress) -> str:
    """方案的任务靠什么量：“图斑”“监测数”“图斑、监测数”。"""
    return "、".join(word for word, _ in _ways(progress))


def no_curves(progress: Progress) -> str:
    if not progress.targets:
        return "方案里还没有任务，也就没有曲线。"
    return f"还没有{part_words(progress)}，画不出曲线。{_how(progress)}。"


def no_villages(progress: Progress) -> str:
    if not progress.villages:
        return "还没有村。管理员可以在后台添加，或导入方案表。"
    if not progress.targets:
        return "方案里还没有任务，各村也就没有要做的。"
    return f"各村都没有分到任务，也没有{part_words(progress)}。{_how(progress)}。"


def elsewhere_words(figures: list[TargetFigures]) -> str:
    """村页上没有列的监测：底线看的是全镇的数，别的是没有分给这个村；没有是空文字。"""
    kinds = [(True, f"全{actors.town}监测，不分解到村"), (False, "没有分解到本村")]
    parts = []
    for is_floor, words in kinds:
        names = [row.target.name for row in figures if row.target.is_floor == is_floor]
        if names:
            parts.append("、".join(names) + words)
    return "；".join(parts)


def curve_words(progress: Progress, drawn: list) -> str:
    """实线画的是什么：“核实”“监测数”“核实、监测数”。"""
    kinds = {curve.by_patches for curve in drawn} or {progress.by_patches}
    words = {True: "核实", False: "监测数"}
    return "、".join(words[kind] for kind in sorted(kinds, reverse=True))


def _ways(progress):
    kinds = {figures.target.by_patches for figures in progress.targets}
    ways = [(True, ("图斑", IMPORT)), (False, ("监测数", READ))]
    return [way for kind, way in ways if kind in kinds]


def _how(progress):
    return "，".join(str(how) for _, how in _ways(progress))
