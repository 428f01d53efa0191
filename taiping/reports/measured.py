"""靠监测的任务里，哪些在各村的表里：通报、周报、确认表看同一份。"""

from taiping.progress.figures import Progress, TargetFigures
from taiping.progress.village_readings import read_by_village


def listed_by_village(progress: Progress) -> list[TargetFigures]:
    """有哪个村分到了、或自己报了数的；有图斑的方案里，没有分解的底线只看全镇，不在内。"""
    return [figures for figures in read_by_village(progress) if _is_listed(progress, figures)]


def _is_listed(progress, figures):
    if not (progress.by_patches and figures.target.is_floor):
        return True
    return any(row.is_allocated for row in figures.villages)
