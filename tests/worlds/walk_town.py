"""走遍全站用的小镇和地址：东村、西村各有一样的东西，西村的每一样里都埋着只有它才有的字。"""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import shapely
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client

from plots import actions
from plots.actions import documents
from plots.evidence import attach_files, check, saving
from plots.models import Evidence, OrderReply
from plots.models.checks import GeometryCheck
from tasks.models import Duty, DutyEntry, RemedyItem
from tests.worlds.addresses import walk
from tests.worlds.factories import (
    make_allocation,
    make_batch,
    make_boundary,
    make_order,
    make_plan_file,
    make_reading,
    make_shape,
    make_target,
    make_user,
)
from tests.worlds.money import make_payment, make_receipt, make_subsidy
from tests.worlds.photos import encoded, upload
from tests.worlds.scored import make_item, make_score
from tests.worlds.town import Town
from villages.models import Role

# 这些字样只出现在西村的东西里；东村的人、没登录的人在任何一页看到任何一个，就是漏了。
SECRETS = [
    "西村秘密",
    "XI-0001",
    "西坡地",
    "西家湾老李",
    "西村照片",
    "77.77",
    "西村书记老王",
    "西村来源",
    "西村评分",
    "西村巡查",
    "西村分成几部分",
    "106.77",
    "西村督办",
    "西村材料",
    "西村答复",
]
ACTIONS = [
    "report",
    "confirm",
    "send_back",
    "exempt",
    "defer",
    "resume",
    "remark",
    "amend",
    "split",
    "remove",
]
FILES = ["original", "display", "thumb"]
OWN, FOREIGN, MISSING = "自己的", "西村的", "没有的"
NOWHERE = 999_999
NUMBERS = re.compile(r"\d+")
TOKEN = re.compile(r'value="\w{64}"')


class WalkTown(Town):
    """东村书记 east_boss、西村书记 west_boss、镇工作人员、领导、管理员；东西两村的东西按 OWN、FOREIGN 放在 things 里。"""

    def __init__(self):
        super().__init__()
        self.target = self.add_target(villages_may_add=True)
        self.floor = make_target(
            self.plan,
            "retained",
            kind="FLOOR",
            measured_by="READINGS",
            villages_may_enter=True,
        )
        self.paper = RemedyItem.objects.filter(route__code="facility").first()
        self.item = make_item(self.plan, "lead", "组织领导", 100)
        self.duty = Duty.objects.create(
            plan=self.plan, code="patrol", name="巡查", problem_target=self.target
        )
        self.east, self.west = self.add_village("东村"), self.add_village("西村秘密")
        self.staff = make_user("zhen", role=Role.STAFF, name="镇里小黄")
        self.leader = make_user("zhenzhang", role=Role.LEADER, name="镇长")
        self.add_admin()
        self.east_boss = make_user("dong", name="东村书记", villages=[self.east])
        self.west_boss = make_user("xi", name="西村书记老王", villages=[self.west])
        self.batch = make_batch(self.target, "下发表.xlsx", by=self.staff)
        self.plan_file = make_plan_file(self.staff)
        self.subsidy = make_subsidy(self.target)
        self.receipt = make_receipt(self.plan, "5000", document="西村来源", by=self.staff)
        self.things = {
            OWN: self._things(
                self.east,
                self.east_boss,
                "DONG-0001",
                "东坡地",
                "东湾老张",
                "东村",
                "31.25",
                106.1111,
            ),
            FOREIGN: self._things(
                self.west,
                self.west_boss,
                "XI-0001",
                "西坡地",
                "西家湾老李",
                "西村",
                "77.77",
                106.7777,
            ),
        }

    def _things(self, village, boss, code, place, contractor, word, mu, lon):
        patch = self.add_patch(
            self.target,
            village,
            code,
            mu,
            place=place,
            contractor=contractor,
            batch=self.batch,
            remedy_id="facility",
        )
        make_allocation(self.target, village, quota=Decimal(mu))
        reading = make_reading(
            self.floor, village=village, value=Decimal(mu), source=f"{word}来源", by=self.staff
        )
        make_shape(patch, shapely.box(lon, 29.85, lon + 0.001, 29.851), crs="EPSG:4490")
        make_boundary(
            village,
            shapely.box(lon - 0.01, 29.84, lon + 0.01, 29.86),
            by=self.admin,
            crs="EPSG:4490",
        )
        score = make_score(self.item, village, "55", reason=f"{word}评分", by=self.staff)
        found = GeometryCheck.objects.create(
            patch=patch, kind="PARTS", sentence=f"{word}分成几部分"
        )
        record = actions.report(patch, by=boss, on=date(2024, 9, 5), note=f"{word}秘密")
        payment = make_payment(
            self.subsidy, village, mu, purpose=f"{word}秘密", voucher=code, by=self.staff
        )
        papers = {"by": self.staff, "on": date(2024, 9, 6), "words": f"{word}材料"}
        return {
            "village": village,
            "patch": patch,
            "document": documents.hand_in(patch, self.paper, **papers),
            "payment": payment,
            "reading": reading,
            "duty_entry": DutyEntry.objects.create(
                duty=self.duty,
                village=village,
                on=date(2024, 9, 5),
                count=1,
                words=f"{word}巡查",
                problems=2,
                by=self.staff,
            ),
            "check": found,
            "score": score,
            "evidence": self._evidence(record, boss, word, lon),
            **self._order(village, patch, boss, word),
        }

    def _order(self, village, patch, boss, word):
        """领导写给这个村的督办单，书记答复过，带着一份附件。"""
        order = make_order(self.plan, village, by=self.leader, words=f"{word}督办", patches=[patch])
        said = {"on": order.issued_on, "words": f"{word}答复", "by": boss}
        reply = OrderReply.objects.create(order=order, **said)
        with saving():
            (kept,) = attach_files(
                [check(upload(encoded(), f"{word}照片.jpg"))], boss, village=village
            )
        reply.files.set([kept])
        return {"order": order, "attachment": kept}

    def _evidence(self, record, boss, word, lon):
        content = encoded()
        with saving():
            evidence = Evidence(
                patch=record.patch,
                record=record,
                kind="PHOTO",
                name=f"{word}照片.jpg",
                size=len(content),
                sha256=f"{record.pk:064d}",
                by=boss,
                lat=Decimal("29.85"),
                lon=Decimal(str(lon)),
            )
            for field in FILES:
                name = "file" if field == "original" else field
                getattr(evidence, name).save(f"{field}.jpg", ContentFile(content), save=False)
            evidence.save()
        return evidence

    @property
    def visitors(self):
        """{说法: 账号}，没登录的是 None。"""
        return {
            "没登录": None,
            "东村书记": self.east_boss,
            "工作人员": self.staff,
            "领导": self.leader,
            "管理员": self.admin,
        }

    def addresses(self, whose):
        """[(名字, 地址)]：每个地址换上 whose 的那样东西的主键；动作和文件逐个走。"""
        found = []
        for name, path in walk():
            path = re.sub(r"/(?:1|x)(?=/|$)", f"/{self._key(name, whose)}", path, count=1)
            if name == "plots:patch_action":
                found += [(name, path.replace("/x/", f"/{action}/")) for action in ACTIONS]
            elif name == "assessment:score_add":
                found.append((name, path.replace("/items/1/", f"/items/{self.item.pk}/")))
            elif name in ("plots:evidence_file", "plots:attachment"):
                found += [(name, path.replace("/x/", f"/{which}/")) for which in FILES]
            elif name == "plots:remedy_hand_in":
                found.append((name, path.replace("/remedy/1/", f"/remedy/{self.paper.pk}/")))
            else:
                found.append((name, path))
        return found

    def _key(self, name, whose):
        if whose == MISSING:
            return NOWHERE
        if name.startswith("admin:"):
            return self._key_in_admin(name)
        things = self.things[whose]
        if name in ("dashboard:village", "assessment:village", "assessment:score_add"):
            return things["village"].pk
        if name.startswith("plots:order"):
            return things["order"].pk
        if name == "tasks:reading_withdraw":
            return things["reading"].pk
        if name == "subsidies:receipt_withdraw":
            return self.receipt.pk
        if name == "subsidies:payment_withdraw":
            return things["payment"].pk
        if name == "tasks:target_copy":
            return self.target.pk
        if name.startswith("tasks:"):
            return self.plan_file.pk
        if name in ("plots:duty_enter", "plots:duty_table"):  # 不分村，没有别村的
            return self.duty.pk if whose == OWN else NOWHERE
        if name.startswith("plots:import_"):
            return self.batch.pk
        return {
            "plots:evidence_file": things["evidence"].pk,
            "assessment:score_table": self.item.pk,
            "assessment:score_withdraw": things["score"].pk,
            "plots:attachment": things["attachment"].pk,
            "plots:check_dismiss": things["check"].pk,
            "plots:remedy_take_back": things["document"].pk,
            "plots:duty_entry": things["duty_entry"].pk,
            "plots:duty_withdraw": things["duty_entry"].pk,
        }.get(name, things["patch"].pk)

    def _key_in_admin(self, name):
        """后台每种东西的第一样；没有村的范围，只有管理员进得去。"""
        label, _, model = name.removeprefix("admin:").rpartition("_")[0].partition("_")
        try:
            first = apps.get_model(label, model)._default_manager.first()
        except LookupError:
            return 1
        return first.pk if first else 1

    def asked(self, whose):
        """带着条件的页面：条件点到 whose 的村和图斑。"""
        things = self.things[whose]
        queries = [
            f"village={things['village'].pk}",
            f"q={things['patch'].code}",
            "on=2024-10-20&state=all",
            "sort=-area",
        ]
        for query in queries:
            yield "plots:patch_list", f"/patches/?year=2024&{query}"
            yield "subsidies:payments", f"/subsidies/payments/?{query}"
            yield "plots:patch_export", f"/patches/export.xlsx?year=2024&{query}"
        entry = things["duty_entry"].pk
        yield "plots:patch_add", f"/patches/add/?entry={entry}"
        yield "plots:duties", f"/duties/?duty=patrol&on=2024-09-06&village={things['village'].pk}"
        yield "plots:map_data", "/patches/map/data.geojson?bbox=105,29,108,31&zoom=15"
        yield "plots:map_data", "/patches/map/data.geojson?bbox=105,29,108,31&zoom=9"
        yield "dashboard:dashboard", "/?on=2024-10-20"
        yield "dashboard:village", f"/villages/{things['village'].pk}/?on=2024-10-20"


def client_of(user):
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def text_of(response):
    """响应里人看得见的全部：内容（xlsx、docx 解开）和响应头。"""
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            raw = b"".join(archive.read(name) for name in archive.namelist())
    return raw.decode("utf-8", "replace") + str(dict(response.headers))


def without_numbers(text):
    return NUMBERS.sub("N", TOKEN.sub("", text))
