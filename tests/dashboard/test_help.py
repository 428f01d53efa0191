"""帮助：自己那种角色的五件事在前，别的角色点得到；图有说明、有大小。"""

import gzip
import re

import pytest

from taiping.dashboard.helping import GUIDES
from tests.worlds.factories import make_user

pytestmark = pytest.mark.django_db
PICTURE = re.compile(r'<img src="[^"]+" alt="[^"]+" loading="lazy"\s+width="\d+" height="\d+">')


def heads(page):
    return [name for name in (guide.name for guide in GUIDES.values()) if f"{name}常办的" in page]


@pytest.mark.parametrize("role", GUIDES)
def test_ones_own_jobs_come_first_and_the_others_are_one_click_away(client, role):
    client.force_login(make_user(role=role))

    page = client.get("/help/").content.decode()

    assert heads(page) == [GUIDES[role].name]
    assert len(PICTURE.findall(page)) == 5
    assert len(gzip.compress(page.encode())) <= 60 * 1024
    for other in GUIDES:
        assert (f'href="?role={other}"' in page) is (other != role)
        there = client.get(f"/help/?role={other}").content.decode()
        assert heads(there) == [GUIDES[other].name]


def test_an_unknown_role_is_ones_own(client):
    client.force_login(make_user(role="LEADER"))

    assert heads(client.get("/help/?role=皇帝").content.decode()) == ["领导"]
