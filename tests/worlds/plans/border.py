"""己镇2026年耕地保护方案：另一个省，116°E（3 度带的中央经线 117°），二十个村、六个社区，都有村界。

撂荒地 26 块、每村一块、每块 10 亩，6月1日下发，都有图形，画在各自的村里。
10月8日：复耕 9月30日截止，前二十个村 9月20日做完（200 亩），再有两个村 10月5日做完，晚；还有四个社区没做，
22 块 220 亩，差 40 亩，逾期 8 天。保有量 7月1日录了 61,020 亩，底线 61,000 亩，高出 20 亩。
2027年1月10日：四个社区 10月20日做完；11月10日核实 25 块 250 亩，最后一个社区没有核实：11月15日截止，逾期 56 天，差 10 亩。
保有量一直是 61,020 亩。
"""

import shapely

from tests.worlds.factories import make_boundary, make_shape
from tests.worlds.plans import Figure, PlanTown, book, day

BEFORE, MIDDLE, AFTER = day("3-1"), day("10-8"), day("2027-1-10")
NUMBERS = "一二三四五六七八九十"
TENS = [f"十{number}" for number in NUMBERS[:9]]
NAMES = [f"己{number}村" for number in (*NUMBERS, *TENS, "二十")]
NAMES += [f"{name}社区" for name in ("己东", "己西", "己南", "己北", "己中", "己新")]
DONE_ALL = dict.fromkeys(NAMES, "10")
FIGURES = {
    BEFORE: {
        "idle": Figure(reason="还没有下发图斑"),
        "retained": Figure(reason="还没有监测数"),
    },
    MIDDLE: {
        "idle": Figure(
            "0",
            "OVERDUE",
            "复耕：逾期8天，还差40亩",
            villages=dict.fromkeys(NAMES[:22], "10"),
            overdue=("复耕",),
        ),
        "retained": Figure("61020", "ON_TRACK", "高出底线20亩"),
    },
    AFTER: {
        "idle": Figure(
            "250",
            "OVERDUE",
            "镇级核实：逾期56天，还差10亩",
            count=25,
            villages=DONE_ALL,
            overdue=("镇级核实",),
        ),
        "retained": Figure("61020", "DONE", "高出底线20亩"),
    },
}
WEST, SOUTH, SIDE = 409_900, 3_985_500, 1200  # 117° 带的东坐标 409.9 公里约是 116.0°E、36°N
CRS = "EPSG:4548"


def planted_on(place):
    """第几个村（从 0 起）哪天复耕。"""
    if place < 20:
        return "9-20"
    return "10-5" if place < 22 else "10-20"


SENTENCES = {
    BEFORE: {
        "总览": "截至2026年3月1日，2项任务都还没有数据；最紧的是撂荒地整治，距复耕截止还有213天。",
        "通报": ["底线61,000亩，还没有监测数。"],
    },
    MIDDLE: {
        "总览": "截至2026年10月8日，2项任务中1项逾期、1项正常推进；"
        "最紧的是撂荒地整治，距镇级核实截止还有38天。",
        "通报": [
            "与上期（截至10月1日）相比，图斑新增上报2个，村该办的逾期减少2个。",
            "复耕9月30日截止，逾期8天，已完成22个、220亩，其中按期20个、逾期完成2个，还有4个图斑逾期。",
            "撂荒地整治的复耕（逾期8天，还差40亩）。",
            "底线61,000亩，2026年7月1日监测为61,020亩，高出底线20亩。",
        ],
    },
    AFTER: {
        "总览": "截至2027年1月10日，2项任务中1项按期完成、1项逾期。",
        "通报": [
            "已上报26个、260亩，已核实25个、250亩，核实面积占任务数的96.1%。",
            "核实占比最高的是己一村、己二村、己三村等25个村（100%），最低的是己新社区（0%）。",
            "己新社区1个，逾期56天。",
        ],
    },
}


class BorderTown(PlanTown):
    NAME = "己镇"
    MERIDIAN = 117

    @staticmethod
    def content():
        return book(
            {
                "年度": 2026,
                "标题": "己镇2026年耕地保护工作方案",
                "发文单位": "另一省己县己镇人民政府",
                "开始日期": "2026-01-01",
                "结束日期": "2026-12-31",
            },
            村=("村名", *[[name] for name in NAMES]),
            目标任务=(
                "代码 名称 类型 靠什么量 任务数",
                ["retained", "耕地保有量", "底线", "监测", 61000],
                ["idle", "撂荒地整治", "工作量", "图斑", 260],
            ),
            时间节点=(
                "目标代码 代码 名称 截止日期 由谁做",
                ["retained", "year", "年底", "2026-12-31", "镇"],
                ["idle", "replant", "复耕", "2026-09-30", "村"],
                ["idle", "check", "镇级核实", "2026-11-15", "镇"],
            ),
        )

    def live(self):
        for place, name in enumerate(NAMES):
            village = self.village(name)
            west, south = WEST + place % 6 * SIDE, SOUTH + place // 6 * SIDE
            square = shapely.box(west, south, west + SIDE, south + SIDE)
            make_boundary(village, square, by=self.admin, crs=CRS)
            number = f"己-{place + 1:02d}"
            patch = self.add("idle", name, number, "10", day("6-1"))
            side = (10 * 2000 / 3) ** 0.5
            middle = shapely.box(west + 500, south + 500, west + 500 + side, south + 500 + side)
            make_shape(patch, middle, crs=CRS)
            self.report(number, day(planted_on(place)), "replant")
            if place < 25:
                self.confirm(number, day("11-10"))
        self.read("retained", day("7-1"), "61020")
