"""统计说明：周报和通报用同一份，数怎么来的、几个词是什么意思。"""

from datetime import datetime

from taiping.ground.actors import actors
from taiping.ground.dates import long_date
from taiping.progress.figures import Progress
from taiping.progress.snapshot import Snapshot

RECORDED = "按录入日期统计，看的是那天系统里已经录入的"
BASIS_TOLD = {  # (有没有图斑, 是不是按录入日期)
    (True, True): RECORDED,
    (False, True): RECORDED,
    (True, False): "按完成日期统计，补录的算在实际完成的那天",
    (False, False): "按完成日期统计，补录的算在监测的那天",
}
ROUNDED = "占比向下取到0.1%；面积单位为亩，1亩等于2000/3平方米，合计后再舍入。"


def chinese_moment(moment: datetime) -> str:
    return f"{long_date(moment)}{moment.hour}时{moment.minute:02d}分"


def explanations(shot: Snapshot, returns: bool = False) -> list[str]:
    """统计说明的各条，每条一句话；returns 时说明已退回和差错率。"""
    recorded = shot.progress.basis == "recorded"
    by_patches = shot.progress.by_patches
    basis = BASIS_TOLD[by_patches, recorded]
    lines = [
        f"数据截至{long_date(shot.on)}，{basis}；统计时间{chinese_moment(shot.taken_at)}。",
        *(_of_patches(shot) if by_patches else []),
        *(_of_readings(shot) if speaks_of_readings(shot.progress) else []),
        ROUNDED if by_patches else "占比向下取到0.1%；数量的单位各项任务写明，单位不同的不相加。",
    ]
    if returns and by_patches:
        lines.insert(-1, "已退回指退回以后还没有重新上报的图斑；差错率是退回次数占上报次数的比例。")
    lines[1:1] = [f"{row}，不在本次统计里。" for row in shot.older_plans]
    if shot.has_demo:
        lines.insert(0, "本次统计含演示数据，不是真实情况，不得作为正式数据使用。")
    return lines


def speaks_of_readings(progress: Progress) -> bool:
    """要不要说监测数怎么来：没有图斑的方案，和有靠监测的工作量、问题清单的。"""
    by_readings = [figures for figures in progress.targets if not figures.target.by_patches]
    is_floor = [figures.target.is_floor for figures in by_readings]
    return bool(by_readings) and not (progress.by_patches and all(is_floor))


def _of_patches(shot):
    return [
        f"上报指该{actors.village}里做的最后一步已经完成，核实指最后一步已经完成{_last_steps(shot.progress)}；"
        "个数按整块完成的图斑计，面积含部分完成的。",
        "核查无问题的图斑从认定之日起个数算完成，面积不算整治面积，单列为核减，不算按期也不算逾期，"
        "认定以前做完的步骤照原来的日期；任务数有个数的，核减的面积从任务面积中扣除，只按面积下达的不扣。",
        "任务数有个数的是清单，图斑都做完就是完成，完成面积小于图斑面积的另外列出；只按面积下达的，面积要到任务数。",
        "按期与否看完成日期是否晚于截止日期；" + _undated(shot),
        f"逾期指有一步过了截止日期还没有完成的图斑，核查无问题和暂缓的不算；下一步由{actors.village}里、{actors.town}里、{actors.district}里做的，"
        f"分别是{actors.village}该办、{actors.town}该办、{actors.district}该办，各村只看{actors.village}该办的。",
    ]


def _last_steps(progress):
    """“（镇级核实、竣工验收）”：方案自己的最后一步叫什么；没有步骤的不写。"""
    names = [
        figures.last.milestone.name
        for figures in progress.targets
        if figures.target.by_patches and figures.last
    ]
    return f"（{'、'.join(dict.fromkeys(names))}）" if names else ""


def _of_readings(shot):
    return [
        f"监测数是{actors.town}里或各村报的数：全{actors.town}的数和各村的合计，日期晚的为准；各村没有报齐的，是报了的村的合计。",
        "监测数的占比是监测数除以任务数，一个村的除以分解到这个村的任务数，没有分解到的不算占比、不排名次。",
        "监测数够不够，看截止那天报了多少；截止已过、还没有报数的单独列出，不当作0。"
        + _undated(shot),
    ]


def _undated(shot):
    ends_on = long_date(shot.plan.ends_on)
    return f"方案没有定截止日期的，按方案结束日期{ends_on}判断。"
