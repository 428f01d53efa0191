"""测试用的镇：一份方案，几个村和书记，镇里的人；任务和图斑要什么加什么。

Town 是大家的底子；TwoVillages 是动作的测试用的小镇。别的镇都从 Town 起：今天走到一半的一年（year）、
导入图斑表的（import_town）、报表的（reports_town）、走遍全站的（walk_town）、手算的一年（hand_example）。
"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from plots import actions
from plots.actions.carry_preview import foresee
from plots.actions.carrying import carry_over
from plots.models import Patch, RectificationRecord, Status
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_user, make_village
from villages.models import Role

NOON = timezone.make_aware(datetime(2024, 12, 20, 12))


def sep(day):
    return date(2024, 9, day)


class Town:
    """一个镇；at 是动作录入的时刻，None 是现在。"""

    at = NOON

    def __init__(self, plan=None):
        self.plan = plan or make_plan()
        self.secretaries = {}  # 村的主键 → 书记的账号

    def add_village(self, name, *, secretary="", **fields):
        """secretary 是书记的用户名；没写就没有书记。"""
        village = make_village(name, **fields)
        if secretary:
            user = make_user(secretary, villages=[village], name=f"{village.name}书记")
            self.secretaries[village.pk] = user
        return village

    def add_east_and_west(self):
        """东村和它的书记，西村和它的书记。"""
        self.east = self.add_village("东村", secretary="dong")
        self.west = self.add_village("西村", secretary="xi")
        self.east_secretary, self.west_secretary = self.secretaries.values()

    def add_staff(self):
        """两名镇工作人员：一个报了，另一个核实。"""
        self.huang = make_user("huang", role=Role.STAFF, name="黄玲")
        self.liu = make_user("liu", role=Role.STAFF, name="刘泽")

    def add_mayor(self):
        self.mayor = make_user("zhen", role=Role.LEADER, name="镇长")

    def add_admin(self):
        self.admin = make_user("guanli", role=Role.ADMIN, name="管理员")

    def add_target(self, code="abandoned", **fields):
        """三步走的任务，见 make_steps_target。"""
        return make_steps_target(self.plan, code, **fields)

    def add_patch(self, target, village, code, area_mu="10", **fields):
        return make_patch(target, village, code=code, area_mu=Decimal(area_mu), **fields)

    def act(self, verb, patch, *, by, on, at=None, step=None, **given):
        """办一个动作；patch 可以写编号，step 可以写代码。"""
        if isinstance(patch, str):
            patch = Patch.objects.get(code=patch)
        if isinstance(step, str):
            step = patch.target.milestones.get(code=step)
        if step is not None:
            given["step"] = step
        return getattr(actions, verb)(patch, by=by, on=on, at=at or self.at, **given)


class TwoVillages(Town):
    """东村和它的书记，西村的书记，两名镇工作人员，一位领导，一位管理员，一项任务，一块 10 亩的图斑。"""

    words = {
        "exempt": {"note": "影像为水田"},
        "defer": {"note": "等水退"},
        "remark": {"note": "抓紧"},
        "remove": {"note": "导错了任务"},
        "send_back": {"note": "未见复种"},
        "amend": {"reason": "图纸有误", "area_mu": "9"},
        "split": {
            "reason": "两户",
            "children": [
                {"code": "T1-1", "area_mu": "6"},
                {"code": "T1-2", "area_mu": "4"},
            ],
        },
    }

    def __init__(self, **target):
        super().__init__()
        self.add_east_and_west()
        self.add_staff()
        self.add_admin()
        self.add_mayor()
        self.target = self.add_target(**target)
        self.replant, self.evidence, self.check = self.target.milestones.order_by("order")
        self.patch = self.add_patch(self.target, self.east, "T1")

    def report(self, on=None, by=None, **given):
        by, on = by or self.east_secretary, on or sep(5)
        return self.act("report", self.patch, by=by, on=on, **given)

    def do(self, verb, on=None, by=None, **given):
        """由镇工作人员（默认黄玲）办一个动作，必填的话都有默认。"""
        given = {**self.words.get(verb, {}), **given}
        return self.act(verb, self.patch, by=by or self.huang, on=on or sep(20), **given)

    def bring_to(self, status):
        if status == Status.UNDERWAY:
            self.report(area_mu="4")
        if status in (Status.RETURNED, Status.AWAITING, Status.CLOSED):
            self.report(step=self.evidence)
        if status == Status.RETURNED:
            self.do("send_back", on=sep(6), step=self.replant)
        if status == Status.CLOSED:
            self.do("confirm", on=sep(7))
        if status in (Status.EXEMPT, Status.DEFERRED):
            self.do("exempt" if status == Status.EXEMPT else "defer", on=sep(6))
        if status == Status.REMOVED:
            self.do("remove", on=sep(6))
        if status == Status.CARRIED:
            self.carry_away(sep(6))
        assert self.now() == status

    def carry_away(self, on):
        """结转到同一年度另一份方案里同样的任务。"""
        other = make_plan(self.plan.year, code=f"{self.plan.year}-more", title="另一份方案")
        make_steps_target(other, self.target.code)
        token = foresee(self.plan, other).token
        carry_over(self.plan, other, by=self.admin, on=on, token=token, at=self.at)

    def now(self):
        self.patch.refresh_from_db()
        return self.patch.status

    def state(self):
        rows = RectificationRecord.objects.order_by("pk").values_list("pk", "kind", "withdrawn_on")
        self.patch.refresh_from_db()
        return list(rows), self.patch.status, self.patch.next_milestone_id, self.patch.area_mu
