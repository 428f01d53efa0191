"""手机页面和核实页的测试共用的年度：今天正走到一半，时限按“离今天几天”给。"""

from datetime import timedelta

from django.utils import timezone

from tasks.models import Milestone
from tests.worlds.factories import make_milestone, make_patch, make_plan, make_target
from tests.worlds.town import Town

TODAY = timezone.localdate


def in_days(days):
    return TODAY() + timedelta(days=days)


class Year(Town):
    """今天正走到一半的一个年度：东村、西村，两名镇工作人员；任务的时限按“离今天几天”给，动作都是现在录的。"""

    at = None

    def __init__(self):
        super().__init__(make_plan(TODAY().year, starts_on=in_days(-200), ends_on=in_days(150)))
        self.add_east_and_west()
        self.add_staff()
        self.add_mayor()

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
        return self.act("report", patch, by=by or self.east_secretary, on=on or TODAY(), **given)

    def send_back(self, patch, **given):
        given = {"reasons": ["未见复耕复种"], "note": "北边那角没种", **given}
        return self.act("send_back", patch, by=self.huang, on=TODAY(), **given)
