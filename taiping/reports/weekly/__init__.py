"""周报：一本 Excel，总表、分村、时间节点、常态工作、逾期和暂缓清单、明细、督办、说明；任何一天、两种口径都能出。

方案里没有的那一样不出：没有靠图斑的任务，就没有分村个数、清单和明细；各村有监测数的，有分村监测。

一周是到那天为止的七天：本周新增、较上周都是和七天前的那天比，和总览的“比上周”是同一份。
"""

from datetime import date, timedelta

from django.conf import settings

from taiping.ground.books import new_book, to_bytes
from taiping.progress.snapshot import snapshot
from taiping.progress.words import name_suffix
from taiping.reports.weekly.details import add_patches
from taiping.reports.weekly.duties import add_duties
from taiping.reports.weekly.layout import has_patches, heading
from taiping.reports.weekly.measured import add_village_readings
from taiping.reports.weekly.milestones import add_milestones
from taiping.reports.weekly.orders import add_orders
from taiping.reports.weekly.overview import add_notes, add_overview
from taiping.reports.weekly.villages import add_villages
from tasks.models import Plan

WEEK = timedelta(days=7)


def weekly_name(plan: Plan, on: date, basis: str = "done") -> str:
    """文件名：甲镇耕地保护周报_2024-10-20.xlsx。"""
    return f"{settings.TOWN_NAME}{plan.subject}周报_{on.isoformat()}{name_suffix(basis)}.xlsx"


def weekly_workbook(plan: Plan, on: date, basis: str = "done") -> bytes:
    """→ xlsx 文件的字节。逐行写出，图斑再多也不占内存；数都是数，没有公式，手机上预览也看得到合计。"""
    book = new_book(streamed=True)
    with snapshot(plan, on, basis, before=on - WEEK) as shot:
        by_patches = has_patches(shot)
        if by_patches or shot.progress.targets:
            add_overview(book, shot)
        if by_patches:
            add_villages(book, shot)
        add_village_readings(book, shot)
        if by_patches or shot.progress.targets:
            add_milestones(book, shot)
        add_duties(book, shot)
        if by_patches:
            add_patches(book, shot)
        add_orders(book, shot)
        add_notes(book, shot)
    return to_bytes(book, heading(shot))
