"""总览上的每个数都点得开，点开的台账正好是这么多图斑：任何一天、两种口径、每个村的页也一样。"""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from tests.worlds.factories import make_user
from tests.worlds.kept import again, demo_2024
from villages.models import Role, Village

pytestmark = pytest.mark.django_db


SIGNED = re.compile(r"[+−](\d+)")


class Links(HTMLParser):
    """(地址, 里面的文字) 的列表，只收台账的链接。"""

    def __init__(self):
        super().__init__()
        self.found, self.href, self.text = [], None, ""

    def handle_starttag(self, tag, attrs):
        if tag == "a" and (dict(attrs).get("href") or "").startswith("/patches/?"):
            self.href, self.text = dict(attrs)["href"], ""

    def handle_data(self, data):
        self.text += data if self.href else ""

    def handle_endtag(self, tag):
        if tag == "a" and self.href:
            self.found.append((unescape(self.href), " ".join(self.text.split())))
            self.href = None


def count_in(text):
    """链接文字里说的个数：“3 个”“团碾2”“12”；只说亩、只说天的没有个数，动了几个的另有 test_moved_links。"""
    if SIGNED.search(text):
        return None
    numbers = re.findall(r"(\d+)\s*个", text) or re.findall(r"\d+$", text)
    return int(numbers[-1]) if numbers else None


DAYS = ["?on=2024-10-20", "?on=2024-11-20&basis=recorded", "?on=2025-01-10"]


@pytest.mark.parametrize("day", DAYS)
def test_every_number_opens_exactly_what_it_counted(client, day):
    again(demo_2024)
    client.force_login(make_user(role=Role.LEADER))
    village = Village.objects.order_by("order").first()
    wrong, checked, listed = [], 0, {}  # listed：地址 → 点开有几块；几页上同一个地址只开一次

    for path in (f"/{day}", f"/villages/{village.pk}/{day}"):
        page = Links()
        page.feed(client.get(path).content.decode())
        for address, text in dict.fromkeys(page.found):
            stated = count_in(text)
            if stated is None or "done=some" in address:
                continue
            if address not in listed:
                listed[address] = client.get(address).context["count"]
            checked += 1
            if listed[address] != stated:
                wrong.append(f"{path} 上的“{text}”点开是 {listed[address]} 块：{address}")

    assert wrong == []
    assert checked > 280
