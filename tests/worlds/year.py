"""手机页面和核实页的测试共用的年度：今天正走到一半，时限按“离今天几天”给。"""

from datetime import timedelta

from django.utils import timezone

from plots import actions
from tasks.models import Milestone
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_target,
    make_user,
    make_village,
)
from villages.models import Role

TODAY = timezone.localdate


def in_days(days):
    return TODAY() + timedelta(days=days)


class Year:
    """今天正走到一半的一个年度：东村、西村，两名镇工作人员；任务的时限按“离今天几天”给。"""

    def __init__(self):
        self.plan = make_plan(TODAY().year, starts_on=in_days(-200), ends_on=in_days(150))
        self.east, self.west = make_village("东村"), make_village("西村")
        self.secretary = make_user("dong", villages=[self.east], name="东村书记")
        self.other = make_user("xi", villages=[self.west], name="西村书记")
        self.huang = make_user("huang", role=Role.STAFF, name="黄玲")
        self.liu = make_user("liu", role=Role.STAFF, name="刘泽")
        self.mayor = make_user("zhen", role=Role.LEADER, name="镇长")

    def target(self, due=20, name="自然撂荒地整治", **fields):
        """复耕复种 due 天后截止，举证上传再过 30 天，镇级核实再过 45 天。"""
        target = make_target(self.plan, name=name)
        make_milestone(target, "replant", name="复耕复种", due_on=in_days(due))
        make_milestone(target, "evidence", name="举证上传", due_on=in_days(due + 30), **fields)
        make_milestone(
            target, "check", name="镇级核实", due_on=in_days(due + 45), actor=Milestone.Actor.TOWN
        )
        return target

    def patch(self, due=20, village=None, target=None, **fields):
        return make_patch(target or self.target(due), village or self.east, **fields)

    def report(self, patch, by=None, on=None, **given):
        return actions.report(patch, by=by or self.secretary, on=on or TODAY(), **given)

    def send_back(self, patch, **given):
        given = {"reasons": ["未见复耕复种"], "note": "北边那角没种", **given}
        return actions.send_back(patch, by=self.huang, on=TODAY(), **given)
