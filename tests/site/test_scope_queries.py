"""看得见全部村的人，任何一页的查询都不问“在不在他看得见的村里”：不会少一行，数据库却会换一种慢的找法。"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plots.models import Patch, PatchShape
from tests.site.test_repeated_queries import ours
from tests.worlds.kept import again
from tests.worlds.walk_town import WalkTown, client_of
from villages.models import Posting, Village

pytestmark = pytest.mark.django_db
# 整张村的表，或他包的村，写成了另一张表的条件
SCOPE = re.compile(
    r'IN \(SELECT \S+(?: AS "\w+")? FROM "villages_(?:village"(?! \w+ WHERE)|posting")'
)


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return again(WalkTown)


def scoped(user, town):
    """{地址: [带着范围的查询]}。"""
    client, found = client_of(user), {}
    for path in ours(town):
        with CaptureQueriesContext(connection) as asked:
            b"".join(client.get(path))
        if slow := [query["sql"] for query in asked if SCOPE.search(query["sql"])]:
            found[path] = slow
    return found


def test_no_page_asks_whether_a_village_is_one_of_all(town):
    seeing_all = [user for user in town.visitors.values() if user and not user.is_secretary]

    assert len(seeing_all) > 2
    assert not Posting.objects.filter(user__in=seeing_all).exists()
    assert {user.username: scoped(user, town) for user in seeing_all} == {
        user.username: {} for user in seeing_all
    }


@pytest.mark.parametrize("own", [Village.objects.all(), Posting.objects.values("village")])
def test_a_scope_would_be_noticed(own):
    assert SCOPE.search(str(Patch.objects.filter(village__in=own).query))
    assert SCOPE.search(str(PatchShape.objects.filter(patch__village__in=own).query))
    assert not SCOPE.search(str(Patch.objects.filter(village__in=[1, 2]).query))
