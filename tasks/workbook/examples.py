"""空白方案表里的例子：每张表写什么、先填哪几张、一两行照着填的例子。导入时不读例子（见 read_xlsx）。"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from taiping.ground.actors import said
from taiping.ground.tables import clean_text, shown
from tasks.models import Membership
from tasks.workbook.columns import (
    ALLOCATION,
    CADRE,
    DUTY,
    GROUP,
    ITEM,
    MILESTONE,
    PLAN,
    READING,
    REQUIREMENT,
    ROUTE,
    SCORE_ITEM,
    SUBSIDY,
    TARGET,
    TARGET_NAME,
    VILLAGE,
    PlanColumn,
)

GUIDE = "填表说明"
EXAMPLE_MARK = "※ 例："
POSITION = Membership.Position
CORE = (PLAN, VILLAGE, CADRE, GROUP, TARGET, MILESTONE, ALLOCATION, READING)
OPTIONAL = (DUTY, REQUIREMENT, SCORE_ITEM, ROUTE, ITEM, SUBSIDY)
ABOUT = {
    "plan": "一份文件只写一份方案，填“内容”一列。",
    "village": "一行一个村、社区。",
    "cadre": "方案里点到名的人，一行一个；没有点名的可以空着。",
    "group": "专班和各组，一行一个；组长、成员写姓名，用顿号隔开。",
    "target": "方案里的数，一个数一行。“其中”的也是一行，在“上级任务”里写是哪一项的。",
    "milestone": "每项任务分几步、哪天截止，一步一行。",
    "allocation": "分到各村的数，一项任务一个村一行；没有分到村的可以空着。",
    "reading": "已经有的监测数；没有的空着，以后在网页上录。",
    "duty": "没有截止日期、要一直做的，如巡查。",
    "requirement": "方案里的工作要求，一条一行。",
    "score_item": "年终考核的评分表。",
    "route": "问题清单的整改路径；系统里已经带着几条，不改的空着。",
    "item": "每条整改路径要交的材料。",
    "subsidy": "每亩、每个奖补多少元。",
}
PLAN_EXAMPLE = {
    "year": 2025,
    "title": said("××{镇}2025年粮食生产和撂荒地整治工作方案"),
    "issuer": said("××{镇}人民政府"),
    "starts_on": date(2025, 1, 1),
    "ends_on": date(2025, 12, 31),
    "warn_days": 7,
    "note": "数以下发的图斑为准",
    "code": "2025-grain",
    "subject": "粮食生产",
    "upload_label": "国土调查云上传编号",
}
GRAIN, WASTE = "粮食播种面积", "撂荒地整治"
EXAMPLES = {
    "village": [{"name": "东村", "aliases": "东村村委会、东庄"}],
    "cadre": [{"name": "张明", "post": said("{镇}长")}],
    "group": [
        {"name": "粮食生产专班", POSITION.LEADER: "张明", POSITION.MEMBER: "【各村支部书记】"},
        {"name": "撂荒地整治组", "parent": "粮食生产专班", "duties": "负责撂荒地整治"},
    ],
    "target": [
        {
            "code": "grain",
            "name": GRAIN,
            "kind": "工作量",
            "measured_by": "监测",
            "unit": "万亩",
            "quota": Decimal("1.2"),
            "group": "粮食生产专班",
            "villages_may_enter": "是",
        },
        {
            "code": "rice",
            "name": "早稻",
            "kind": "工作量",
            "measured_by": "监测",
            "unit": "万亩",
            "quota": Decimal("0.3"),
            "parent": "grain",
        },
        {
            "code": "waste",
            "name": WASTE,
            "kind": "工作量",
            "measured_by": "图斑",
            "unit": "亩",
            "quota": Decimal("99.3"),
            "quota_count": 24,
            "wording": "完成撂荒地整治 24 个 99.3 亩",
        },
    ],
    "milestone": [
        {
            "target": "waste",
            TARGET_NAME: WASTE,
            "code": "replant",
            "name": "复耕复种",
            "due_on": date(2025, 9, 30),
            "actor": "VILLAGE",
            "min_photos": 1,
        },
        {
            "target": "waste",
            TARGET_NAME: WASTE,
            "code": "check",
            "name": said("{镇}级核实"),
            "due_on": date(2025, 11, 15),
            "actor": "TOWN",
        },
    ],
    "allocation": [
        {"target": "grain", TARGET_NAME: GRAIN, "village": "东村", "quota": "0.12"},
        {"target": "waste", TARGET_NAME: WASTE, "village": "东村", "quota_count": "1–3"},
    ],
    "reading": [
        {
            "target": "grain",
            TARGET_NAME: GRAIN,
            "village": "东村",
            "on": date(2025, 6, 30),
            "value": Decimal("0.11"),
            "source": said("{村}里统计"),
        }
    ],
    "duty": [
        {"code": "patrol", "name": "耕地巡查", "who": "VILLAGE", "every": "每周", "required": 1},
    ],
    "requirement": [
        {"clause": "四（一）", "title": "加强组织领导", "wording": "各村支部书记负总责。"},
    ],
    "score_item": [
        {
            "code": "waste-rate",
            "name": "撂荒地整治完成率",
            "full": 20,
            "rule": "按完成率",
            "target": "waste",
            TARGET_NAME: WASTE,
        },
    ],
    "route": [{"code": "facility", "name": "设施农业用地备案"}],
    "item": [{"route": "facility", "name": "备案表", "needs_number": "是", "needs_file": "是"}],
    "subsidy": [
        {
            "code": "waste",
            "name": "撂荒地整治奖补",
            "target": "waste",
            TARGET_NAME: WASTE,
            "milestone": "check",
            "per": "亩",
            "rate": 200,
        },
    ],
}


def example_rows(table) -> list[list]:
    """这张表的例子，一行是各列的值；第一格前面写着 EXAMPLE_MARK。"""
    rows = []
    for example in EXAMPLES.get(table.kind, ()):
        values = [example_of(column, example) for column in table.sheet_columns]
        rows.append([f"{EXAMPLE_MARK}{values[0]}", *values[1:]])
    return rows


def example_of(column: PlanColumn, example: dict) -> Any:
    """选项可以写代码：叫什么照设置。"""
    value = example.get(column.field)
    return column.choices.get(value, _told(value))


def _told(value: Any) -> Any:
    """称呼照设置的字到用的时候定下来；别的原样。"""
    return str(value) if isinstance(value, Promise) else value


def plan_example(field: str) -> str:
    return shown(_told(PLAN_EXAMPLE.get(field)))


def is_example(table, cells: dict) -> bool:
    """读到的一行（字段 → 值）就是给的例子，一格没有动过。"""
    found = {name: clean_text(shown(value)) for name, value in cells.items() if value is not None}
    for values in example_rows(table):
        pairs = zip(table.sheet_columns, values, strict=True)
        given = {column.field: shown(value) for column, value in pairs if value is not None}
        if found == given:
            return True
    return False
