"""演示数据：全部带 is_demo 标记，load 一次装上，clear 一次清掉，别的一行不动。

内容在 fixtures/demo_stories.json。每一部分是一个模块，有 load(…) 和 clear()；先装账号，后装要写上“谁录入”的数据，清的时候反过来。
"""

from collections import Counter
from datetime import datetime
from typing import TextIO

from auditlog.context import disable_auditlog
from django.db import transaction

from plots.evidence import saving
from plots.models import Patch, RectificationRecord
from taiping.demo import (
    accounts,
    assessment,
    documents,
    duties,
    orders,
    patches,
    photos,
    readings,
    shapes,
    subsidies,
)
from taiping.ground import dates

# 照片、整改材料跟着图斑清
PARTS = (accounts, readings, assessment, duties, patches, orders, shapes, subsidies)


def load(stdout: TextIO, now: datetime | None = None) -> list[accounts.Issued]:
    """装上全部演示数据，返回发放的账号，密码只在这里出现一次；now（空是系统里的现在）以后的事不造。"""
    now = now or dates.now()
    with saving(), disable_auditlog():  # 演示数据不占审计
        issued = accounts.load()
        stdout.write(f"演示账号 {len(issued)} 个，姓名都以“演示·”开头。")
        tell(stdout, "演示监测", readings.load(now), "条，来源写着“演示数据”。")
        tell(stdout, "演示考核", assessment.load(now), "项，名称都以“演示·”开头。")
        wanted = patches.load(now)
        tell(stdout, "演示履职记录", duties.load(now), "条，巡查发现的问题添加成了图斑。")
        made = Patch.objects.filter(is_demo=True).count()
        records = RectificationRecord.objects.filter(is_demo=True).count()
        tell(stdout, "演示图斑", made, f"块，编号都以“演示-”开头；整改记录 {records} 条。")
        tell(stdout, "演示奖补", subsidies.load(now), "条，标准是编的，名称以“演示·”开头。")
        if made:
            stdout.write(shapes.told(shapes.load()))
        tell(stdout, "演示督办单", orders.load(now), "张，写给拖得久的村和工作组。")
        tell(stdout, "演示照片", photos.load(wanted), "张，是画出来的。")
        tell(stdout, "演示整改材料", documents.load(now), "份。")
    return issued


def tell(stdout: TextIO, what: str, number: int, rest: str) -> None:
    """造了几条，说一句；这份方案里没有这一样的不说。"""
    if number:
        stdout.write(f"{what} {number} {rest}")


@transaction.atomic
def clear() -> Counter[str]:
    """清掉全部演示数据，返回 Counter {“账号”: 个数, …}。"""
    removed = Counter()
    with disable_auditlog():
        for part in reversed(PARTS):
            removed.update(part.clear())
    return removed
