"""乙镇2026年高标准农田建设方案：亩、座、公里（三位小数）、米、万元，都靠监测量。三个村。

每项两步：6月30日到一半，11月30日全部完成。
7月10日：塘 2＋3＋2＝7 座，一半是 6，按期；路 3.125＋4.000＋2.050＝9.175 公里，一半是 9.300，差 0.125，逾期 10 天；
渠一个数也没有，截止已过 10 天；钱 6月29日 630.00 万元，一半是 625.25，按期；田 7月5日才 2500 亩，晚。
2027年1月5日：塘 12 座；路 6.200＋7.400＋4.999＝18.599 公里，差 0.001，逾期 36 天；渠 12月10日 23500 米，两步都晚；
钱 1250.50、田 5000 亩，都按期，田的前一步是晚的。
"""

from tests.worlds.plans import Figure, PlanTown, book, day

BEFORE, MIDDLE, AFTER = day("2-1"), day("7-10"), day("2027-1-5")
CODES = ("field", "pond", "road", "canal", "money")
FIGURES = {
    BEFORE: {code: Figure(reason="还没有监测数") for code in CODES},
    MIDDLE: {
        "field": Figure("2500", "ON_TRACK", "年底完工：还有143天"),
        "pond": Figure(
            "7",
            "ON_TRACK",
            "年底完工：还有143天",
            villages={"乙东": "2", "乙西": "3", "乙南": "2"},
        ),
        "road": Figure(
            "9.175",
            "OVERDUE",
            "过半：逾期10天，还差0.125公里",
            villages={"乙东": "3.125", "乙西": "4", "乙南": "2.05"},
            overdue=("过半",),
        ),
        "canal": Figure(reason="过半：截止已过10天，还没有监测数", silent=("过半",)),
        "money": Figure("630", "ON_TRACK", "年底完工：还有143天"),
    },
    AFTER: {
        "field": Figure("5000", "DONE_LATE", "过半：过了截止才够数"),
        "pond": Figure(
            "12", "DONE", "截止前已经够数", villages={"乙东": "4", "乙西": "4", "乙南": "4"}
        ),
        "road": Figure(
            "18.599",
            "OVERDUE",
            "年底完工：逾期36天，还差0.001公里",
            villages={"乙东": "6.2", "乙西": "7.4", "乙南": "4.999"},
            overdue=("年底完工",),
        ),
        "canal": Figure("23500", "DONE_LATE", "过了截止才够数"),
        "money": Figure("1250.5", "DONE", "截止前已经够数"),
    },
}
HALVES = {"field": 2500, "pond": 6, "road": 9.3, "canal": 11750, "money": 625.25}


class WorksTown(PlanTown):
    NAME = "乙镇"

    @staticmethod
    def content():
        steps = []
        for code in CODES:
            steps.append([code, "half", "过半", "2026-06-30", "镇", HALVES[code]])
            steps.append([code, "whole", "年底完工", "2026-11-30", "镇", None])
        return book(
            {
                "年度": 2026,
                "标题": "乙镇2026年高标准农田建设实施方案",
                "发文单位": "乙镇人民政府",
                "开始日期": "2026-01-01",
                "结束日期": "2026-12-31",
            },
            村=("村名", ["乙东"], ["乙西"], ["乙南"]),
            目标任务=(
                "代码 名称 类型 靠什么量 单位 显示小数位 任务数",
                ["field", "高标准农田", "工作量", "监测", "亩", 2, 5000],
                ["pond", "山坪塘整治", "工作量", "监测", "座", 0, 12],
                ["road", "机耕道", "工作量", "监测", "公里", 3, 18.6],
                ["canal", "灌溉渠道", "工作量", "监测", "米", 0, 23500],
                ["money", "资金支付", "工作量", "监测", "万元", 2, 1250.5],
            ),
            时间节点=("目标代码 代码 名称 截止日期 由谁做 任务数", *steps),
            任务分解=(
                "目标代码 村 任务数",
                ["pond", "乙东", 4],
                ["pond", "乙西", 4],
                ["pond", "乙南", 4],
                ["road", "乙东", 6.2],
                ["road", "乙西", 7.4],
                ["road", "乙南", 5],
            ),
        )

    def live(self):
        read = self.read
        for village, roads, ponds in (("乙东", "3.125", 2), ("乙西", "4", 3), ("乙南", "2.05", 2)):
            read("road", day("6-25"), roads, village)
            read("pond", day("6-28"), ponds, village)
        read("money", day("6-29"), "630")
        read("field", day("7-5"), "2500")
        for village, roads in (("乙东", "6.2"), ("乙西", "7.4"), ("乙南", "4.999")):
            read("pond", day("11-20"), 4, village)
            read("road", day("11-28"), roads, village)
        read("field", day("11-25"), "5000")
        read("money", day("11-30"), "1250.5")
        read("canal", day("12-10"), "23500")
