"""手算例子的一年：三个村、三项任务、十三块图斑，一步一步由动作走出来。数在 hand_tables 里用手算好。

每件事写成（做事的日期，录入的日期）；没写录入日期就是当天录入，中午。
"""

from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from plots import actions
from plots.models import Patch
from tests.worlds.factories import make_allocation, make_milestone, make_target
from tests.worlds.town import Town


def day(text):
    """“9-15”是 2024 年的，“2025-1-6”照写。"""
    parts = [int(part) for part in text.split("-")]
    return date(*parts) if len(parts) == 3 else date(2024, *parts)


def moment(text, clock=time(12)):
    return timezone.make_aware(datetime.combine(day(text), clock))


class Example(Town):
    """做完全部事情的一年；targets、villages 按名字取。"""

    def __init__(self):
        super().__init__()
        self.east = self.add_village("东村", order=0, secretary="dong")
        self.west = self.add_village("西村", order=1, secretary="xi")
        self.south = self.add_village("南村", order=2, secretary="nan")
        self.add_staff()
        self.add_mayor()
        self.make_targets()
        self.year_of_the_list()
        self.year_of_the_workload()
        self.year_of_the_cases()

    def make_targets(self):
        """清单 29.7 亩、4 个（固定清单）；撂荒 36 亩以上；违法 3 个，方案没定截止日期。"""
        town = {"actor": "TOWN"}
        self.list = make_target(
            self.plan,
            "non_grain",
            name="重点图斑",
            order=1,
            quota=Decimal("29.7"),
            quota_count=4,
            decimals=1,
        )
        for code, name, due, who in (
            ("verify", "比对核实", "9-20", town),
            ("replant", "复耕复种", "9-30", {}),
            ("evidence", "举证上传", "10-31", {}),
            ("check", "镇级核实", "11-15", town),
        ):
            make_milestone(self.list, code, name=name, due_on=day(due), **who)
        self.workload = self.add_target(order=2, quota=Decimal(36))
        self.cases = make_target(
            self.plan, "illegal", name="违法占用", kind="CASES", order=3, quota=None, quota_count=3
        )
        make_milestone(self.cases, "rectify", name="整改落实", due_on=None)
        make_milestone(self.cases, "close", name="核实销号", due_on=None, **town)
        # 分到村：西村的清单只分了亩；南村都没有分解；违法占用全没有分解。
        make_allocation(self.list, self.east, quota=Decimal("18.5"), quota_count=2)
        make_allocation(self.list, self.west, quota=Decimal("6.2"))
        make_allocation(self.workload, self.east, quota=Decimal(20))
        make_allocation(self.workload, self.west, quota=Decimal(16))

    def add(self, target, village, code, area, at="8-1"):
        """年初就算在内：那时候还不记从哪天起算。"""
        patch = actions.add_patch(
            target, village, code=code, area_mu=area, by=self.huang, at=moment(at)
        )
        patch.since_on = None
        patch.save(update_fields=["since_on"])
        return patch

    def report(self, patch, on, at=None, *, by=None, clock=time(12), step=None, **given):
        patch.refresh_from_db()
        by, at = by or self.secretaries[patch.village_id], moment(at or on, clock)
        return self.act("report", patch, by=by, on=day(on), at=at, step=step, **given)

    def do(self, verb, patch, on, at=None, **given):
        """由刘泽办；必填的话都是“核过”。"""
        given = given if verb in ("confirm", "amend", "split") else {"note": "核过", **given}
        return self.act(verb, patch, by=self.liu, on=day(on), at=moment(at or on), **given)

    def year_of_the_list(self):
        add = self.add
        n1, n2 = add(self.list, self.east, "N1", "10"), add(self.list, self.east, "N2", "8.5")
        n3, n4 = (
            add(self.list, self.west, "N3", "6.2"),
            add(self.list, self.south, "N4", "5.3", at="9-25"),
        )
        # N1 步步按期。
        self.report(n1, "9-18", by=self.huang)
        self.report(n1, "9-28")
        self.report(n1, "10-25", "10-26")
        self.do("confirm", n1, "11-10")
        # N2 比对按期、三天后才录；复耕晚；举证截止那天做、11月5日才录；11月8日退回复耕，12日重报，20日核实。
        self.report(n2, "9-20", "9-23", by=self.huang)
        self.report(n2, "10-5", "10-8")
        self.report(n2, "10-31", "11-5")
        self.do("send_back", n2, "11-8", step="replant")
        self.report(n2, "11-12", step="evidence")
        self.do("confirm", n2, "11-20")
        # N3 没上报过就核查无问题，9月25日定的，10月2日才录。
        self.do("exempt", n3, "9-25", "10-2")
        # N4 9月25日才录进系统；比对晚了；复耕只有 5 亩就算完成；11月14日核实，12月6日才补录。
        self.report(n4, "9-26", by=self.huang)
        self.report(n4, "9-30", area_mu="5", completes=True)
        self.report(n4, "10-30")
        self.do("confirm", n4, "11-14", "12-6")

    def year_of_the_workload(self):
        add = self.add
        a1, a2 = add(self.workload, self.east, "A1", "12"), add(self.workload, self.east, "A2", "8")
        a3, a4 = (
            add(self.workload, self.south, "A3", "10"),
            add(self.workload, self.west, "A4", "6"),
        )
        a5, a6 = (
            add(self.workload, self.south, "A5", "9"),
            add(self.workload, self.south, "A6", "5"),
        )
        # A1 步步按期；复耕是半夜零点整录的（世界时还在前一天）。
        self.report(a1, "9-10", clock=time(0))
        self.report(a1, "10-20")
        self.do("confirm", a1, "11-5")
        # A2 分三次复耕 3、2、3 亩，最后一次晚了（第二次夜里十一点半录）；11月3日面积更正为 7.5；核实晚了。
        self.report(a2, "9-12", area_mu="3")
        self.report(a2, "9-30", area_mu="2", clock=time(23, 30))
        self.report(a2, "10-3")
        self.report(a2, "10-31")
        self.do("amend", a2, "11-3", reason="重新丈量", area_mu="7.5")
        self.do("confirm", a2, "11-18")
        # A3 先记在南村，10月15日更正为西村；复耕、核实都按期，录得晚。
        self.report(a3, "9-29", "10-1")
        self.do("amend", a3, "10-15", reason="村界更正", village=self.west)
        self.report(a3, "10-28")
        self.do("confirm", a3, "11-15", "11-16")
        # A4 报过复耕，10月10日拆成 4 亩和 2.5 亩（11日录）；A4-2 的举证 11月6日退回（7日录），21日重报。
        self.report(a4, "9-22")
        self.do(
            "split",
            a4,
            "10-10",
            "10-11",
            reason="两户",
            children=[
                {"code": "A4-1", "area_mu": "4"},
                {"code": "A4-2", "area_mu": "2.5"},
            ],
        )
        one, two = Patch.objects.filter(split_from=a4).order_by("code")
        self.report(one, "10-12")
        self.report(one, "10-29")
        self.do("confirm", one, "11-13")
        self.report(two, "11-1", step="evidence")
        self.do("send_back", two, "11-6", "11-7", step="evidence")
        self.report(two, "11-21")
        self.do("confirm", two, "12-2")
        # A5 9月15日暂缓，10月21日恢复（22日录）；11月2日做了 4 亩，12月10日做完并举证；一直没有核实。
        self.do("defer", a5, "9-15")
        self.do("resume", a5, "10-21", "10-22")
        self.report(a5, "11-2", area_mu="4")
        self.report(a5, "12-10", step="evidence")
        # A6 复耕、举证都按期报了，11月1日定为核查无问题（4日录）：原来的上报从那天起撤回。
        self.report(a6, "9-26")
        self.report(a6, "10-15")
        self.do("exempt", a6, "11-1", "11-4")

    def year_of_the_cases(self):
        i1, i2, i3 = (
            self.add(self.cases, village, code, area)
            for village, code, area in (
                (self.east, "I1", "0.8"),
                (self.west, "I2", "1.2"),
                (self.south, "I3", "0.5"),
            )
        )
        self.report(i1, "9-2")
        self.do("confirm", i1, "10-12")
        self.report(i2, "12-20")
        self.do("confirm", i2, "12-30", "2025-1-4")
        self.report(i3, "12-31")
        self.do("confirm", i3, "2025-1-6")
