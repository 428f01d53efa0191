"""演示督办单：拖得久的几个村各一张，一张没答复、一张超期、一张等办结，工作组一张办结了的；话在表里。"""

from collections import Counter
from datetime import date, datetime, timedelta

from django.utils import timezone

from plots.actions.orders import next_number
from plots.evidence import drop_attachments
from plots.models import Attachment, OrderReply, Patch, SupervisionOrder
from plots.models.deadlines import due_next
from taiping.demo.table import table
from taiping.demo.timelines import moment
from taiping.ground.dates import short_date
from tasks.models import Milestone, Plan
from villages.models import Posting, Role, User

MOST_PATCHES = 3
SOON_DAYS = 20  # 快到期的，先打个招呼


def load(now: datetime) -> int:
    """照 now 那天的逾期写，返回张数；那时还没有逾期的，没有要督办的。"""
    today, made = timezone.localdate(now), 0
    for plan in Plan.objects.filter(starts_on__lte=today, ends_on__gte=today):
        made += len(PlanOrders(plan, today).load())
    return made


class PlanOrders:
    """一份方案的几张：逾期的图斑按村分好，多的村在前。"""

    def __init__(self, plan: Plan, today: date):
        self.plan, self.today = plan, today
        users = User.objects.filter(is_demo=True)
        self.leader = users.filter(role=Role.LEADER).first()
        self.staff = users.filter(role=Role.STAFF).order_by("username").first()
        postings = Posting.objects.filter(user__in=users, user__role=Role.SECRETARY)
        self.secretaries = {row.village_id: row.user for row in postings.select_related("user")}
        own = Patch.objects.filter(is_demo=True, target__plan=plan)
        own = own.filter(next_milestone__actor=Milestone.Actor.VILLAGE).with_steps()
        self.late = list(own.overdue(today).order_by("village__order", "code"))
        self.soon = list(own.due_within(SOON_DAYS, today).order_by("village__order", "code"))
        self.told = set()  # 已经写了一张的村

    def load(self) -> list[SupervisionOrder]:
        made = []
        for story in sorted(table()["orders"], key=lambda story: story["issued"]):
            issued_on = self.today + timedelta(days=story["issued"])
            patches = self.soon if story.get("soon") else self._late_before(issued_on)
            if patches and issued_on >= self.plan.starts_on:
                made.append(self._issue(story, patches, issued_on))
        return list(filter(None, made))

    def _late_before(self, day):
        return [patch for patch in self.late if due_next(patch) < day]

    def _next_village(self, patches):
        """还没有写过的村里块数最多的；都写过了是 None。"""
        counted = Counter(patch.village for patch in patches if patch.village not in self.told)
        return counted.most_common(1)[0][0] if counted else None

    def _issue(self, story, patches, issued_on):
        village, group = None, patches[0].target.group
        if story["to"] == "village":
            village = self._next_village(patches)
            patches = [patch for patch in patches if patch.village == village]
        if not patches or (village is None and group is None):
            return None
        self.told.add(village)
        step = patches[0].next_milestone
        same = [patch for patch in patches if patch.next_milestone_id == step.pk]
        words = {
            "target": step.target.name,
            "step": step.name,
            "due": short_date(due_next(same[0])),
        }
        order = SupervisionOrder.objects.create(
            plan=self.plan,
            number=next_number(self.plan),
            **({"village": village} if village else {"group": group}),
            target=step.target,
            milestone=step,
            words=story["words"].format(**words),
            issued_on=issued_on,
            answer_by=self.today + timedelta(days=story["answer_by"]),
            by=self.leader,
            created_at=moment(issued_on, 9 * 60),
            is_demo=True,
        )
        if village:
            order.patches.set(same[:MOST_PATCHES])
        self._answer(order, story)
        return order

    def _answer(self, order, story):
        if "answered" not in story:
            return
        on = self.today + timedelta(days=story["answered"])
        by = self.secretaries.get(order.village_id, self.staff)
        at = moment(on, 15 * 60)
        OrderReply.objects.create(
            order=order, on=on, words=story["reply"], by=by, created_at=at, is_demo=True
        )
        if "closed" in story:
            order.closed_on = self.today + timedelta(days=story["closed"])
            order.closed_at = moment(order.closed_on, 10 * 60)
            order.closed_by, order.closing_words = self.leader, story["closing"]
            names = ["closed_on", "closed_at", "closed_by", "closing_words"]
            order.save(update_fields=names)


def clear() -> dict[str, int]:
    """删掉演示督办单和它们的答复、附件；正式账号写在上面的也随着删。"""
    replies = OrderReply.objects.filter(order__is_demo=True)
    files = list(Attachment.objects.filter(pk__in=replies.values("files")))
    removed = replies.count()
    replies.delete()
    drop_attachments(files)
    orders = SupervisionOrder.objects.filter(is_demo=True)
    counted = {"督办单": orders.count(), "督办答复": removed}
    orders.delete()
    return counted
