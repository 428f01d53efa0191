"""戊镇2026年春季撂荒地到户清单：各村支书一户一户自己添加，没有任务数，以现有的为准。两个村。

5月5日：种上 4月30日截止，五户里户一、户二、户四按期，户三 5月2日才种，户五还没有：逾期 5 天，还差 1 户。
上报的：湾 1.2＋0.8＋1.5＝3.50 亩，坪 2.00 亩。
7月10日：前四户 5月25日核实，1.2＋0.8＋1.5＋2.0＝5.50 亩；户五 6月10日种上，没有核实，镇级核实 5月31日截止，逾期 40 天。
"""

from tests.worlds.plans import Figure, PlanTown, book, day

BEFORE, MIDDLE, AFTER = day("2-10"), day("5-5"), day("7-10")
FIGURES = {
    BEFORE: {"idle": Figure("0", reason="还没有下发图斑")},
    MIDDLE: {
        "idle": Figure(
            "0",
            "OVERDUE",
            "种上：逾期5天，还差1个",
            villages={"戊家湾": "3.5", "戊家坪": "2"},
            overdue=("种上",),
        )
    },
    AFTER: {
        "idle": Figure(
            "5.5",
            "OVERDUE",
            "镇级核实：逾期40天，还差1个",
            count=4,
            villages={"戊家湾": "3.5", "戊家坪": "3"},
            overdue=("镇级核实",),
        )
    },
}
# 村、编号、承包人、亩、添加的日子、种上、核实
HOUSEHOLDS = (
    ("戊家湾", "湾-1", "户一", "1.2", "2-20", "4-20", "5-25"),
    ("戊家湾", "湾-2", "户二", "0.8", "2-20", "4-25", "5-25"),
    ("戊家湾", "湾-3", "户三", "1.5", "2-25", "5-2", "5-25"),
    ("戊家坪", "坪-1", "户四", "2", "3-1", "4-28", "5-25"),
    ("戊家坪", "坪-2", "户五", "1", "3-5", "6-10", None),
)


class HouseholdTown(PlanTown):
    NAME = "戊镇"

    @staticmethod
    def content():
        return book(
            {
                "年度": 2026,
                "标题": "戊镇2026年春季撂荒地整治方案",
                "发文单位": "戊镇人民政府",
                "开始日期": "2026-02-01",
                "结束日期": "2026-06-30",
            },
            村=("村名", ["戊家湾"], ["戊家坪"]),
            目标任务=(
                "代码 名称 类型 靠什么量 村可自行添加图斑",
                ["idle", "撂荒地到户清单", "问题清单", "图斑", "是"],
            ),
            时间节点=(
                "目标代码 代码 名称 截止日期 由谁做",
                ["idle", "plant", "种上", "2026-04-30", "村"],
                ["idle", "check", "镇级核实", "2026-05-31", "镇"],
            ),
        )

    def live(self):
        for village, number, name, area, on, planted, checked in HOUSEHOLDS:
            by = self.secretaries[self.village(village).pk]
            self.add("idle", village, number, area, day(on), by=by, contractor=name)
            self.report(number, day(planted), "plant")
            if checked:
                self.confirm(number, day(checked))
