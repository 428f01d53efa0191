"""“动了几个”也点得开：点开的是从那天起变了的图斑，多的减少的正好是写的数。"""

import re

import pytest

from tests.dashboard.test_links_agree import SIGNED, Links
from tests.worlds.factories import make_user
from tests.worlds.kept import again, demo_2024
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
CHANGED = re.compile(r"&changed=([\d-]+)")
ON = re.compile(r"([?&])on=[\d-]+")


def codes(client, address):
    """点开的一张单子上的编号，翻到最后一页。"""
    found, page = set(), 1
    while True:
        rows = client.get(f"{address}&page={page}").context["page"]
        found |= {getattr(row, "patch", row).code for row in rows}
        if not rows.has_next():
            return found
        page += 1


def signed(text):
    number = int(SIGNED.search(text)[1])
    return number if "+" in text else -number


@pytest.mark.parametrize(
    "day", ["?on=2024-10-20", "?on=2024-10-20&since=2024-08-01", "?on=2024-11-20&basis=recorded"]
)
def test_what_moved_opens_the_patches_that_changed(client, day):
    again(demo_2024)
    client.force_login(make_user(role=Role.LEADER))
    village = Village.objects.order_by("order").first()
    wrong, checked = [], 0

    for path in (f"/{day}", f"/villages/{village.pk}/{day}"):
        page = Links()
        page.feed(client.get(path).content.decode())
        for address, text in dict.fromkeys(page.found):
            if not SIGNED.search(text):
                continue
            checked += 1
            before = CHANGED.search(address)[1]
            now = CHANGED.sub("", address)
            today, then = codes(client, now), codes(client, ON.sub(rf"\1on={before}", now))
            if codes(client, address) != today ^ then or len(today) - len(then) != signed(text):
                wrong.append(f"{path} 上的“{text}”：{address}")

    assert wrong == []
    assert checked > 5


def test_the_day_before_needs_a_state_to_compare(client):
    again(demo_2024)
    client.force_login(make_user(role=Role.LEADER))

    page = client.get("/patches/?on=2024-10-20&changed=2024-10-13")
    text = page.content.decode()

    assert "“和哪天比”：要同时选“那天的情况”里的上报、核实或逾期。这一项没有用上。" in text
    assert "起变了的" not in text


def test_the_chip_says_since_when(client):
    again(demo_2024)
    client.force_login(make_user(role=Role.LEADER))

    text = client.get("/patches/?on=2024-10-20&state=reported&changed=2024-10-13").content.decode()

    assert "从 2024年10月13日起变了的" in text


def test_the_day_to_compare_with_must_be_earlier(client):
    again(demo_2024)
    client.force_login(make_user(role=Role.STAFF))
    asked = {"on": "2024-10-20", "state": "overdue", "changed": "2024-12-01"}

    text = client.get("/patches/", asked).content.decode()
    export = client.get("/patches/export.xlsx", asked)

    sentence = "“和哪天比”：2024年12月1日不早于看的 2024年10月20日，请改早一点。"
    assert f"{sentence}这一项没有用上。" in text and "起变了的" not in text
    assert export.status_code == 400 and sentence in export.content.decode()
