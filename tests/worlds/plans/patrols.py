"""丁镇2026年耕地巡查方案：每周一次的巡查是常态工作，发现的问题归到违法占用。五个村。方案用 JSON。

1月2日在第一周（1月1日至4日）：应做 5 次，一次没有。
6月17日在 6月15日至21日的一周：丁一 1 次、丁二 2 次，应做 5 次，做了 3 次，60%；丁三、丁四、丁五没有做。
上一周丁三没有做。6月3日丁二发现一处 0.5 亩，当天制止；“整改”6月15日截止，还没有整改，逾期 2 天。
2027年1月3日看最后一周（12月28日至31日）：五个村各 1 次，100%；那处 6月20日整改、6月25日销号，整改是晚的。
"""

from tests.worlds.plans import Figure, PlanTown, day, records

BEFORE, MIDDLE, AFTER = day("1-2"), day("6-17"), day("2027-1-3")
FIGURES = {
    BEFORE: {"illegal": Figure(reason="还没有图斑")},
    MIDDLE: {"illegal": Figure("0", "OVERDUE", "整改：逾期2天，还差1个", overdue=("整改",))},
    AFTER: {
        "illegal": Figure(
            "0.5", "DONE_LATE", "整改：过了截止才够数", count=1, villages={"丁二": "0.5"}
        )
    },
}
# 那一周：应做、做了、没有做的村
PATROLS = {
    BEFORE: (5, 0, ["丁一", "丁二", "丁三", "丁四", "丁五"]),
    MIDDLE: (5, 3, ["丁三", "丁四", "丁五"]),
    AFTER: (5, 5, []),
}
VILLAGES = ("丁一", "丁二", "丁三", "丁四", "丁五")
PLAN = ["2026"]


SENTENCES = {
    BEFORE: {
        "总览": "截至2026年1月2日，1项任务还没有数据；最紧的是违法占用耕地，距整改截止还有164天。",
        "通报": ["本周（1月1日至4日）耕地巡查应5次、已做0次，完成率0%，各村都没有记录；"],
    },
    MIDDLE: {
        "总览": "截至2026年6月17日，1项任务已经逾期；最紧的是违法占用耕地，距核实销号截止还有197天。",
        "通报": [
            "本周（6月15日至21日）耕地巡查应5次、已做3次，完成率60%，丁三、丁四、丁五没有记录；",
            "本月（6月）用地选址把关应2件、已做1件，完成率50%。",
            "违法占用耕地的整改（逾期2天，还差1个）。",
            "丁二1个，逾期2天。",
            "常态工作没有做够。耕地巡查，上周（6月8日至14日）没有做够的有丁三；用地选址把关，上月（5月）还差2件。",
        ],
    },
    AFTER: {
        "总览": "截至2027年1月3日，1项任务逾期完成。",
        "通报": [
            "四、存在问题（一）常态工作没有做够。用地选址把关，本月（12月）还差2件。五、",
            "本周（12月28日至31日）耕地巡查应5次、已做5次，完成率100%；",
            "方案共有目标任务1项，逾期完成。",
            "整改2026年6月15日截止，逾期完成。核实销号（2026年12月31日截止）已按期完成。",
        ],
    },
}


class PatrolTown(PlanTown):
    NAME = "丁镇"
    FILE = "方案.json"

    @staticmethod
    def content():
        target = {"plan": PLAN, "code": "illegal", "name": "违法占用耕地", "kind": "CASES"}
        target |= {"measured_by": "PATCHES", "villages_may_add": True, "order": 1}
        steps = [
            {"code": "rectify", "name": "整改", "due_on": "2026-06-15", "actor": "VILLAGE"},
            {"code": "close", "name": "核实销号", "due_on": "2026-12-31", "actor": "TOWN"},
        ]
        duty = {"plan": PLAN, "code": "patrol", "name": "耕地巡查", "who": "VILLAGE"}
        duty |= {"every": "WEEK", "required": 1, "problem_target": [*PLAN, "illegal"], "order": 1}
        siting = {"plan": PLAN, "code": "siting", "name": "用地选址把关", "who": "TOWN"}
        siting |= {"every": "MONTH", "required": 2, "unit": "件", "order": 2}
        plan = {
            "year": 2026,
            "title": "丁镇2026年耕地保护巡查方案",
            "issuer": "丁镇人民政府",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
        }
        return records(
            *[
                ("villages.village", {"name": name, "order": order})
                for order, name in enumerate(VILLAGES, 1)
            ],
            ("tasks.plan", plan),
            ("tasks.target", target),
            *[
                ("tasks.milestone", {"target": [*PLAN, "illegal"], "order": order, **step})
                for order, step in enumerate(steps, 1)
            ],
            ("tasks.duty", duty),
            ("tasks.duty", siting),
        )

    def live(self):
        found = self.did("patrol", "丁二", day("6-3"), words="路边新倒了砂石", problems=1)
        for village in ("丁一", "丁二", "丁四", "丁五"):
            self.did("patrol", village, day("6-10"))
        self.did("patrol", "丁一", day("6-15"))
        self.did("patrol", "丁二", day("6-16"), 2)
        self.did("siting", "", day("6-11"))
        self.problem(found)
        self.report("巡-1", day("6-20"), "rectify")
        self.confirm("巡-1", day("6-25"))
        for village in VILLAGES:
            self.did("patrol", village, day("12-29"))

    def problem(self, entry):
        found = {"duty_entry": entry, "found_on": entry.on, "stopped_on": entry.on}
        by = self.secretaries[entry.village_id]
        self.add("illegal", entry.village.name, "巡-1", "0.5", entry.on, by=by, **found)
