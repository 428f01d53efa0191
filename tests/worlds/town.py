"""动作的测试共用的一个小镇。"""

from datetime import date, datetime

from django.utils import timezone

from plots import actions
from plots.models import RectificationRecord, Status
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_user, make_village
from villages.models import Role

NOON = timezone.make_aware(datetime(2024, 12, 20, 12))


def sep(day):
    return date(2024, 9, day)


class Town:
    """一个镇：东村和它的书记，西村的书记，两名镇工作人员，一位领导，一块 10 亩的图斑。"""

    def __init__(self, **target):
        self.east, self.west = make_village("东村"), make_village("西村")
        self.east_secretary = make_user("dong", villages=[self.east], name="东村书记")
        self.west_secretary = make_user("xi", villages=[self.west], name="西村书记")
        self.huang = make_user("huang", role=Role.STAFF, name="黄玲")
        self.liu = make_user("liu", role=Role.STAFF, name="刘泽")
        self.admin = make_user("guanli", role=Role.ADMIN, name="管理员")
        self.mayor = make_user("zhen", role=Role.LEADER, name="镇长")
        self.target = make_steps_target(make_plan(), **target)
        self.replant, self.evidence, self.check = self.target.milestones.order_by("order")
        self.patch = make_patch(self.target, self.east, code="T1")

    def report(self, on=None, by=None, **given):
        by, on = by or self.east_secretary, on or sep(5)
        return actions.report(self.patch, by=by, on=on, at=NOON, **given)

    def do(self, verb, on=None, by=None, **given):
        """由镇工作人员（默认黄玲）办一个动作，必填的话都有默认。"""
        words = {
            "exempt": {"note": "影像为水田"},
            "defer": {"note": "等水退"},
            "remark": {"note": "抓紧"},
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
        given = {**words.get(verb, {}), **given}
        return getattr(actions, verb)(
            self.patch, by=by or self.huang, on=on or sep(20), at=NOON, **given
        )

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
        assert self.now() == status

    def now(self):
        self.patch.refresh_from_db()
        return self.patch.status

    def state(self):
        rows = RectificationRecord.objects.order_by("pk").values_list("pk", "kind", "withdrawn_on")
        self.patch.refresh_from_db()
        return list(rows), self.patch.status, self.patch.next_milestone_id, self.patch.area_mu
