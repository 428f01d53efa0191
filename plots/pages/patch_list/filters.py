"""台账的筛选：列表、导出和总览的链接共用这一份。写错的条件用一句话说明，不起作用，也不出错。"""

from copy import copy
from functools import cached_property

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from plots.ledger.alike import among
from plots.ledger.as_of import COMPLETIONS, ENDINGS, STATES, LedgerAt
from plots.ledger.replay import WORK
from plots.models import Batch, Patch, RectificationRecord, Status, SupervisionOrder
from plots.models.choices import ENDED
from plots.models.documents import lacks_papers
from plots.models.querysets import overdue_at
from plots.models.route_changes import route_then
from plots.pages.patch_list.kinds import DayFilter, DaysFilter, TickFilter, choice
from plots.pages.patch_list.order import SORTS, Order
from plots.pages.patch_list.scope import Scope
from taiping.ground.actors import TURNS
from taiping.ground.dates import long_date
from tasks.models import WorkingGroup
from tasks.models.nesting import nested
from tasks.models.question import BASES, DONE, Question
from villages.models import Village, sees_every_village

TIMING = {"on_time": "都按期", "late": "有逾期完成的"}
ENDED_AS = {ENDED[kind]: state for state, kind in ENDINGS.items() if kind in ENDED}
NO_ROUTE = "."  # 代码里不会有的
COMPARED = ("reported", "confirmed", "overdue")  # 看得出从哪天到哪天变了的


class Kept(dict):
    """条件的定义一次请求里不改：只抄一层，不连里面的选项、错处的话一起另抄。"""

    def __deepcopy__(self, memo):
        return {name: self._own(each) for name, each in self.items()}

    @staticmethod
    def _own(each):
        own = copy(each)
        own.method = each.method  # 照方法筛的记着自己是哪一份，换成抄出来的
        return own


class PatchFilter(django_filters.FilterSet):
    """queryset 要先 visible_to(user)；question 是看的方案、按哪天算（没问就是今天）、哪种口径。"""

    plan = choice("方案", "unchanged", empty=None)
    target = choice("目标任务", "by_target")
    village = django_filters.ModelChoiceFilter(
        label="村",
        method="by_village",
        queryset=Village.objects.none(),
        empty_label="全部",
        error_messages={"invalid_choice": "没有这个村，或不是您负责的村，请重新选。"},
    )
    group = django_filters.ModelChoiceFilter(
        label="工作组",
        field_name="target__group",
        queryset=WorkingGroup.objects.none(),
        empty_label="全部",
        error_messages={"invalid_choice": "这一年的方案里没有这个工作组，请重新选。"},
    )
    batch = django_filters.ModelChoiceFilter(
        label="批次",
        queryset=Batch.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "没有这个批次，或它不是这份方案的。"},
    )
    q = django_filters.CharFilter(
        label="编号、小地名、承包人",
        method="by_words",
        max_length=100,
        error_messages={"max_length": "最多 %(limit_value)d 个字。"},
    )
    status = choice("目前状态", "by_status", choices=Status.choices)
    step = choice("下一步", "by_step")
    overdue = TickFilter(label="只看逾期", method="by_overdue", widget=forms.CheckboxInput)
    actor = choice("该谁办", "by_actor", choices=TURNS)
    due = DaysFilter(
        label="几天内截止",
        method="by_due",
        min_value=0,
        max_value=366,
        error_messages={
            "invalid": "请填整数，如 7。",
            "min_value": "请填 0 到 366 的整数。",
            "max_value": "请填 0 到 366 的整数。",
        },
    )
    timing = choice("完成得", "by_timing", choices=TIMING.items())
    short = TickFilter(
        label="完成面积小于图斑面积", method="by_shortness", widget=forms.CheckboxInput
    )
    route = choice("整改路径", "by_route")
    papers = TickFilter(label="缺整改材料", method="by_papers", widget=forms.CheckboxInput)
    ordered = TickFilter(label="有没办结的督办单", method="by_order", widget=forms.CheckboxInput)
    on = DayFilter(label="看哪一天", method="unchanged")
    basis = choice("口径", "unchanged", empty="按完成日期", choices=BASES.items())
    state = choice("那天的情况", "unchanged", choices=STATES.items())
    changed = DayFilter(label="和哪天比", method="unchanged", widget=forms.HiddenInput)
    milestone = choice("那天的一步", "unchanged", empty="不限")
    done = choice("这一步", "unchanged", empty="不限", choices=COMPLETIONS.items())

    class Meta:
        model = Patch
        fields = []

    @classmethod
    def get_filters(cls):
        return Kept(super().get_filters())

    def get_form_class(self):
        """表单类只由上面的定义来，造一次；各次的选项填在表单自己的格子里。"""
        cls = type(self)
        if "_form_class" not in vars(cls):
            cls._form_class = super().get_form_class()
        return cls._form_class

    def __init__(self, data, *, queryset, user, question=None):
        self.question = question or Question.from_params(data)
        super().__init__(self._with_plan(data), queryset=queryset)
        self.user = user
        self.scope = Scope(self.question.plan, user)
        self.targets, self.milestones = self.scope.targets, self.scope.milestones
        self.villages = self.scope.villages
        self._fill()

    def _with_plan(self, data):
        """几份方案时写明看的是哪一份，翻页、排序、导出的地址都带着；写错的留着，好说清楚。"""
        data = data.copy()
        named = data.get("plan") or data.get("year")
        data.pop("year", None)
        plans = self.question.plans
        known = {plan.code for plan in plans} | {str(plan.year) for plan in plans}
        if named and named not in known:
            data["plan"] = named
        elif named or self.several_plans:
            data["plan"] = self.question.plan.code
        return data

    @property
    def several_plans(self):
        return len(self.question.plans) > 1

    def _fill(self):
        """下拉里的选项来自方案和这个人看得见的村。"""
        fields = self.form.fields
        fields["plan"].choices = [(plan.code, plan.name) for plan in self.question.plans]
        groups = {target.group_id for target in self.targets.values()}
        fields["group"].queryset = WorkingGroup.objects.filter(pk__in=groups).order_by(
            "order", "pk"
        )
        fields["village"].queryset = Village.objects.visible_to(self.user)
        fields["village"].widget.choices = [  # 已经取好了，排版时不再查
            ("", fields["village"].empty_label),
            *((village.pk, village.name) for village in self.villages.values()),
        ]
        if self.data.get("batch"):
            seen = Patch.objects.visible_to(self.user).filter(batch__isnull=False)
            fields["batch"].queryset = Batch.objects.filter(
                target__plan=self.question.plan, pk__in=seen.values("batch")
            )
        by_target, names = {}, {}
        for milestone in self.milestones:
            by_target.setdefault(milestone.target, []).append(milestone)
            names.setdefault(milestone.code, milestone.name)
        targets = nested(by_target)
        fields["target"].choices = [(target.code, target.listed_name) for target in targets]
        fields["step"].choices = [
            (
                target.listed_name,
                [
                    (f"{target.code}:{step.code}", f"{target.name} · {step.name}")
                    for step in by_target[target]
                ],
            )
            for target in targets
        ]
        fields["milestone"].choices = names.items()
        routes = [(route.code, route.name) for route in self.scope.routes.values()]
        fields["route"].choices = [*routes, (NO_ROUTE, "还没有定")]

    @cached_property
    def conditions(self):
        """通得过检查的条件；没填的不在里面。"""
        self.form.is_valid()
        given = self.form.cleaned_data.items()
        conditions = {name: value for name, value in given if value not in (None, "", False)}
        if "milestone" not in conditions:
            conditions.pop("done", None)
        changed = conditions.get("changed")
        if changed and (conditions.get("state") not in COMPARED or changed >= self.day):
            del conditions["changed"]
        return conditions

    @property
    def day(self):
        return self.question.on

    @property
    def papers_basis(self):
        """整改材料照哪种口径看：今天的台账按完成日期。"""
        return self.question.basis if self.is_as_of else DONE

    @property
    def is_as_of(self):
        """问的是某一天的情况（总览点过来的），不是今天的台账。"""
        asks_a_day = any(name in self.conditions for name in ("on", "basis", "milestone"))
        state = self.conditions.get("state", "")
        return asks_a_day or (state != "" and state not in ENDINGS)

    @property
    def ending(self):
        """问的是已经不再算的：ENDINGS 里的一种；不是问它们是空。"""
        asked = self.conditions.get("state", "")
        return asked if asked in ENDINGS else ENDED_AS.get(self.conditions.get("status"), "")

    @cached_property
    def ledger(self):
        """那天的台账。"""
        return self._ledger_on(self.day)

    def _ledger_on(self, day):
        many = "village" not in self.conditions and sees_every_village(self.user)
        return LedgerAt(day, self.question.basis, self.asked_milestones, many=many)

    @property
    def asked_milestones(self):
        code = self.conditions.get("target")
        return [step for step in self.milestones if code is None or step.target.code == code]

    def filter_queryset(self, queryset):
        plan = self.question.plan
        self.asked, self.matched = [], None
        queryset = queryset.filter(target__plan=plan) if plan else queryset.none()
        return self._on_that_day(super().filter_queryset(queryset))

    def _on_that_day(self, queryset):
        """那天算数的图斑，以及那天的状态和某一步的完成情况。asked 是要照那天看的条件，一起算一遍。"""
        state, code, completion = (
            self.conditions.get(name, "") for name in ("state", "milestone", "done")
        )
        if self.ending:
            return queryset.filter(self.ledger.in_state(self.ending))
        if not self.is_as_of:
            return queryset.current()
        if "changed" in self.conditions:
            return self._changed(queryset, self.conditions["changed"], state)
        if state:
            self.asked.append(self.ledger.in_state(state, code))
        if code and state != "overdue":
            self.asked.append(self.ledger.at_step(code, completion))
        queryset = queryset.counting(self.day, self.question.basis)
        queryset, self.matched = self.ledger.sorted_out(queryset, *self.asked)
        return queryset

    def _changed(self, queryset, before, state):
        """从 before 到那天变了的：一头在这种情况里，另一头不在。总览的“动了多少”点过来的。"""
        queryset, _ = self.ledger.sorted_out(queryset, *self.asked)
        then, now = (
            self._in_state_on(queryset, self._ledger_on(day), state) for day in (before, self.day)
        )
        changed = then ^ now
        return queryset.filter(among(changed)) if changed else queryset.none()

    def _in_state_on(self, queryset, ledger, state):
        """那天（ledger）是这种情况的主键。"""
        wanted = [ledger.in_state(state)]
        if actor := self.conditions.get("actor"):
            wanted.append(ledger.stuck_with(actor))
        _, found = ledger.sorted_out(queryset.counting(ledger.on, ledger.basis), *wanted)
        return {pk for group in found for pk in group.ids.split(",")}

    def unchanged(self, queryset, name, value):
        return queryset

    def by_target(self, queryset, name, value):
        return queryset.filter(target__code=value)

    def by_village(self, queryset, name, village):
        return queryset.filter(
            self.ledger.in_villages([village]) if self.is_as_of else Q(village=village)
        )

    def by_words(self, queryset, name, value):
        return queryset.about(value)

    def then(self, queryset, condition):
        """那天的条件先记着，和别的一起看；queryset 不动。"""
        self.asked.append(condition)
        return queryset

    def by_status(self, queryset, name, value):
        if self.is_as_of:
            return self.then(queryset, self.ledger.in_status(value))
        return queryset.filter(status=value)

    def by_step(self, queryset, name, value):
        target, milestone = value.split(":")
        if self.is_as_of:
            return self.then(queryset, self.ledger.next_is(target, milestone))
        return queryset.filter(next_milestone__target__code=target, next_milestone__code=milestone)

    def by_overdue(self, queryset, name, value):
        if not value:
            return queryset
        if self.is_as_of:
            return self.then(queryset, self.ledger.in_state("overdue"))
        return queryset.overdue(self.question.today)

    def by_actor(self, queryset, name, value):
        """还没有了结、下一步该村里、镇里、区里办的。"""
        if "changed" in self.conditions:
            return queryset  # 两头各按各的那天看，见 _changed
        if self.is_as_of:
            return self.then(queryset, self.ledger.stuck_with(value))
        return queryset.open().filter(next_milestone__actor=value)

    def by_shortness(self, queryset, name, value):
        return queryset.filter(self.ledger.is_short()) if value else queryset

    def by_route(self, queryset, name, value):
        """那天走这条路径的；那天还没有定的是 NO_ROUTE。"""
        code = None if value == NO_ROUTE else value
        return queryset.alias(route_then=route_then(self.day)).filter(route_then=code)

    def by_papers(self, queryset, name, value):
        if not value:
            return queryset
        routed = queryset.alias(route_then=route_then(self.day))
        return routed.filter(lacks_papers(self.day, self.papers_basis))

    def by_order(self, queryset, name, value):
        """那天写在没有办结、自己看得见的督办单里的；拆出来的、结转来的，原来那块上的也算。"""
        if not value:
            return queryset
        visible = SupervisionOrder.objects.visible_to(self.user)
        standing = visible.open(self.day, self.question.basis)
        through = SupervisionOrder.patches.through.objects
        written = through.filter(supervisionorder__in=standing).values("patch")
        is_part = Q(carried_from__in=written) | Q(split_from__in=written)
        return queryset.filter(Q(pk__in=written) | is_part)

    def by_due(self, queryset, name, value):
        if self.is_as_of:
            return self.then(queryset, self.ledger.due_within(int(value)))
        return queryset.due_within(int(value), self.day)

    def by_timing(self, queryset, name, value):
        """到那天为止完成的步骤里有没有逾期才完成的；一步也没完成的，两样都不算。"""
        done = RectificationRecord.objects
        done = done.effective(self.day, self.question.basis) if self.is_as_of else done.standing()
        done = done.filter(patch=OuterRef("pk"), kind__in=WORK, completes=True)
        late = Exists(done.filter(overdue_at("milestone__")).order_by())
        return (
            queryset.filter(late)
            if value == "late"
            else queryset.filter(Exists(done.order_by()), ~late)
        )

    @property
    def faults(self):
        """用不上的条件，每个一句话：哪一项、怎么改。"""
        found = [
            f"“{self.form.fields[name].label}”：{error}"
            for name, errors in self.form.errors.items()
            for error in errors
        ]
        if self.form.cleaned_data.get("done") and "milestone" not in self.conditions:
            found.append("“这一步”：要同时选“那天的一步”。")
        changed = self.form.cleaned_data.get("changed")
        if changed and changed >= self.day:
            words = f"{long_date(changed)}不早于看的 {long_date(self.day)}"
            found.append(f"“和哪天比”：{words}，请改早一点。")
        elif changed and "changed" not in self.conditions:
            found.append("“和哪天比”：要同时选“那天的情况”里的上报、核实或逾期。")
        return found

    @property
    def problems(self):
        """写错的条件，每个一句话。"""
        found = [f"{fault}这一项没有用上。" for fault in self.faults]
        if (sort := self.data.get("sort", "")) and not self.sort[0]:
            found.append(f"没有“{sort[:20]}”这种排法，下面按任务、村、编号排。")
        return found

    @property
    def title(self):
        """筛出来的是什么：“2024年甲镇东村自然撂荒地整治图斑”。"""
        names = {step.target.code: step.target.name for step in self.milestones}
        year = f"{self.question.plan.year}年" if self.question.plan else ""
        village = self.conditions.get("village", "")
        target = names.get(self.conditions.get("target"), "")
        return f"{year}{settings.TOWN_NAME}{village}{target}图斑"

    @property
    def sort(self):
        """(键, 是否倒序)；没问或问错时是 ("", False)。"""
        text = self.data.get("sort", "")
        key = text.removeprefix("-")
        return (key, text.startswith("-")) if key in SORTS else ("", False)

    @property
    def groups(self):
        """看过去一天时，筛出来的分成的一批批（matched）；没有照那天的现状筛，要按它排时才分。"""
        found = self.qs
        if self.matched is None:
            self.matched = self.ledger.alike(found)
        return self.matched

    @cached_property
    def order(self):
        return Order(self, *self.sort)

    def sorted(self, queryset):
        return self.order.sorted(queryset)
