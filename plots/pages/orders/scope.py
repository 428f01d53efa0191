"""签发督办单时：这份方案里能写给谁、能说哪一项，从哪里点过来的，先替人选好、写好。"""

from functools import cached_property

from django.http import HttpRequest, QueryDict

from plots.actions.orders import next_number
from plots.models import Patch
from plots.models.deadlines import days_left_text, due_of
from plots.pages.orders.forms import EACH
from taiping.ground import dates
from taiping.ground.dates import date_beside
from taiping.ground.web import whole_number
from tasks.models import Milestone, Plan, Target, WorkingGroup
from tasks.models.nesting import nested
from villages.models import User, Village

MOST_PATCHES = 500
MOST_NAMED = 5  # 写进话里的图斑最多这么多个，再多的说有几个


class OrderScope:
    """given 是地址参数和表单里的 pk（图斑）、village、group、target、milestone；乱写的不理会。"""

    def __init__(self, plan: Plan, user: User, given: QueryDict):
        self.plan, self.given = plan, given
        self.villages = {village.pk: village for village in Village.objects.visible_to(user)}
        self.groups = {group.pk: group for group in WorkingGroup.objects.filter(plan=plan)}
        found = nested(Target.objects.filter(plan=plan).order_by("order", "pk"))
        self.targets = {target.code: target for target in found}
        steps = Milestone.objects.filter(target__plan=plan).select_related("target__plan")
        self.steps = {
            step.pk: step for step in steps.order_by("target__order", "target_id", "order")
        }
        self.patches = self._patches(user)
        self.next_number = next_number(plan)

    def _patches(self, user):
        asked = {whole_number(str(pk)) for pk in self.given.getlist("pk")[: 2 * MOST_PATCHES]}
        found = Patch.objects.visible_to(user).filter(
            pk__in=list(asked - {None})[:MOST_PATCHES], target__plan=self.plan
        )
        return list(found.with_steps().order_by("target__order", "village__order", "code", "pk"))

    @property
    def own_villages(self) -> list[Village]:
        """选的图斑所在的村。"""
        return list({patch.village_id: patch.village for patch in self.patches}.values())

    @property
    def recipients(self):
        """下拉里的：[(值, 名字)]，村、工作组各一组。"""
        choices = [("", "请选择")]
        if len(self.own_villages) > 1:
            names = "、".join(village.name for village in self.own_villages)
            count = len(self.own_villages)
            choices.append((EACH, f"各发给图斑所在的村（{count} 张：{names}）"))
        villages = [(f"v{pk}", village.name) for pk, village in self.villages.items()]
        groups = [(f"g{pk}", group.name) for pk, group in self.groups.items()]
        return [*choices, ("村", villages), ("工作组", groups)]

    @property
    def abouts(self):
        """[(值, 名字)]：任务整项，或其中一步；空的是只说事项里的话。"""
        choices = [("", "不限哪一项")]
        for target in self.targets.values():
            steps = [step for step in self.steps.values() if step.target_id == target.pk]
            named = [(f"s{step.pk}", f"{target.name} · {step.name}") for step in steps]
            choices.append((target.listed_name, [(f"t{target.pk}", target.name), *named]))
        return choices

    @property
    def to(self) -> str:
        """先替人选好的：点过来的村或组；图斑都在一个村就是它，在几个村就各发一张；再就是这项任务的工作组。"""
        village = whole_number(self.given.get("village"))
        group = whole_number(self.given.get("group"))
        if village in self.villages:
            return f"v{village}"
        if group in self.groups:
            return f"g{group}"
        if self.patches:
            own = self.own_villages
            return EACH if len(own) > 1 else f"v{own[0].pk}"
        has_group = self.target and self.target.group_id in self.groups
        return f"g{self.target.group_id}" if has_group else ""

    @cached_property
    def target(self) -> Target | None:
        return self.targets.get(self.given.get("target")) or self._shared_target

    @property
    def _shared_target(self):
        """选的图斑都是一项任务的，说的就是这一项。"""
        codes = {patch.target.code for patch in self.patches}
        return self.targets[codes.pop()] if len(codes) == 1 else None

    @cached_property
    def milestone(self) -> Milestone | None:
        if self.target is None:
            return None
        code = self.given.get("milestone")
        for step in self.steps.values():
            if step.target_id == self.target.pk and step.code == code:
                return step
        return None

    @property
    def about(self) -> str:
        if self.milestone:
            return f"s{self.milestone.pk}"
        return f"t{self.target.pk}" if self.target else ""

    @property
    def words(self) -> str:
        """先替人写好的话：是什么事、到哪天、过了几天；改不改都行。"""
        parts = []
        if self.milestone:
            parts.append(self._step_words(self.milestone))
        elif self.target and not self.patches:
            parts.append(f"“{self.target.name}”进度落后")
        if self.patches:
            parts.append(self._patch_words())
        if not parts and (village := self.villages.get(whole_number(self.given.get("village")))):
            parts.append(self._village_words(village))
        if not parts:
            return ""
        return f"{'；'.join(parts)}。请抓紧办理，按期答复办到哪里、什么时候办完。"

    def _step_words(self, step):
        today = dates.today()
        if step.due_on is None:
            return f"“{step.target.name}”的{step.name}方案没定截止日期，要抓紧"
        days = days_left_text(due_of(step), today)
        return f"“{step.target.name}”的{step.name}{date_beside(step.due_on, today)}截止，{days}"

    def _village_words(self, village):
        """村里该办的逾期几个；没有逾期的，问进度。"""
        own = Patch.objects.filter(village=village, target__plan=self.plan)
        own = own.filter(next_milestone__actor=Milestone.Actor.VILLAGE)
        late = own.overdue(dates.today()).count()
        return f"{village}该办的图斑有 {late} 个逾期" if late else f"{village}各项任务要抓紧"

    def _patch_words(self):
        if len(self.patches) > MOST_NAMED:
            return f"下列 {len(self.patches)} 个图斑要抓紧整改"
        names = "、".join(patch.code for patch in self.patches)
        (first, *more) = self.patches
        step = first.next_milestone
        if more or step is None:
            return f"图斑 {names} 要抓紧整改"
        due = due_of(step, first.due_on)
        when = date_beside(due, dates.today())
        return f"图斑 {names} 下一步{step.name}{when}截止，{days_left_text(due, dates.today())}"

    def thing(self, value: str) -> tuple[Target | None, Milestone | None]:
        """下拉里选的是哪项任务、哪一步。"""
        kind, pk = value[:1], whole_number(value[1:])
        if kind == "s":
            step = self.steps[pk]
            return step.target, step
        for target in self.targets.values():
            if kind == "t" and target.pk == pk:
                return target, None
        return None, None

    def whom(self, value: str) -> list[Village | WorkingGroup]:
        if value == EACH:
            return self.own_villages
        known = self.villages if value[0] == "v" else self.groups
        return [known[int(value[1:])]]

    def outside(self, value: str) -> str:
        """写给一个村，选的图斑却有别村的：“有 2 个在西村”；都在这个村是空。"""
        others = [patch for patch in self.patches if f"v{patch.village_id}" != value]
        names = "、".join(dict.fromkeys(patch.village.name for patch in others))
        return f"有 {len(others)} 个在{names}" if others else ""


def scope_of(request: HttpRequest, plan: Plan, chosen: list[int]) -> OrderScope:
    """地址里的条件，加上台账里选的（chosen）、表单里带着的图斑。"""
    given = request.GET.copy()
    given.setlist("pk", [*request.GET.getlist("pk"), *request.POST.getlist("pk"), *chosen])
    return OrderScope(plan, request.user, given)
