"""丙镇撂荒地清零百日行动：五个阶段，中间有区里的抽查；另有一项入户宣传靠监测。三个村，六块图斑 30 亩。

图斑 3月10日下发：东 5.00＋6.50，西 4.00＋3.50，南 7.00＋4.00。
6月5日：摸底 3月20日截止，南二 3月25日才做；整治 5月31日截止，做了东一、东二、西一、南一（南一 6月3日，晚）
5＋6.5＋4＋7＝22.50 亩、4 个，还差西二、南二 2 个，逾期 5 天；入户 5月31日截止，没有报数。
10月15日：西二 6月20日、南二 7月10日整治；7月31日销号截止，南二还没有销号：逾期 76 天，镇该办 1 个；
销了号的 5＋6.5＋4＋3.5＋7＝26.00 亩、5 个；入户 6月10日 1200 户，晚。
"""

from tests.worlds.plans import Figure, PlanTown, book, day

BEFORE, MIDDLE, AFTER = day("3-5"), day("6-5"), day("10-15")
FIGURES = {
    BEFORE: {
        "idle": Figure("0", reason="还没有下发图斑"),
        "visit": Figure(reason="还没有监测数"),
    },
    MIDDLE: {
        "idle": Figure(
            "0",
            "OVERDUE",
            "整治：逾期5天，还差2个",
            villages={"丙东": "11.5", "丙西": "4", "丙南": "7"},
            overdue=("整治",),
        ),
        "visit": Figure(reason="截止已过5天，还没有监测数", silent=("入户宣传",)),
    },
    AFTER: {
        "idle": Figure(
            "26",
            "OVERDUE",
            "总结销号：逾期76天，还差1个",
            count=5,
            villages={"丙东": "11.5", "丙西": "7.5", "丙南": "11"},
            overdue=("总结销号",),
        ),
        "visit": Figure("1200", "DONE_LATE", "过了截止才够数"),
    },
}
PATCHES = (
    ("丙东", "东一", "5"),
    ("丙东", "东二", "6.5"),
    ("丙西", "西一", "4"),
    ("丙西", "西二", "3.5"),
    ("丙南", "南一", "7"),
    ("丙南", "南二", "4"),
)
# 图斑 → 摸底、整治、自查、抽查、销号各是哪天做的
DAYS = {
    "东一": ("3-15", "5-10", "6-10", "6-28", "7-25"),
    "东二": ("3-15", "5-20", "6-10", "6-28", "7-25"),
    "西一": ("3-15", "5-28", "6-10", "6-28", "7-25"),
    "西二": ("3-15", "6-20", "6-25", "7-5", "7-25"),
    "南一": ("3-15", "6-3", "6-12", "6-28", "7-25"),
    "南二": ("3-25", "7-10", "7-12", "7-15", None),
}


class CampaignTown(PlanTown):
    NAME = "丙镇"

    @staticmethod
    def content():
        return book(
            {
                "年度": 2026,
                "标题": "丙镇撂荒地清零百日行动方案",
                "发文单位": "丙镇人民政府",
                "开始日期": "2026-03-01",
                "结束日期": "2026-09-30",
            },
            村=("村名", ["丙东"], ["丙西"], ["丙南"]),
            目标任务=(
                "代码 名称 类型 靠什么量 单位 显示小数位 任务数 任务个数",
                ["idle", "撂荒地清零", "问题清单", "图斑", "亩", 2, 30, 6],
                ["visit", "入户宣传", "工作量", "监测", "户", 0, 1200, None],
            ),
            时间节点=(
                "目标代码 代码 名称 截止日期 由谁做",
                ["idle", "survey", "摸底", "2026-03-20", "村"],
                ["idle", "treat", "整治", "2026-05-31", "村"],
                ["idle", "self", "镇级自查", "2026-06-15", "镇"],
                ["idle", "sample", "区级抽查", "2026-06-30", "区"],
                ["idle", "close", "总结销号", "2026-07-31", "镇"],
                ["visit", "visit", "入户宣传", "2026-05-31", "镇"],
            ),
        )

    def live(self):
        for village, number, area in PATCHES:
            self.add("idle", village, number, area, day("3-10"))
        for number, days in DAYS.items():
            survey, treat, check, sample, close = days
            self.report(number, day(survey), "survey")
            self.report(number, day(treat), "treat")
            self.report(number, day(check), "self", by=self.clerk)
            self.report(number, day(sample), "sample", by=self.clerk)
            if close:
                self.confirm(number, day(close))
        self.read("visit", day("6-10"), "1200")
