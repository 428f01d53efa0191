"""“选填”只写在真的可以不填的格子上：几样里要有一样的，不写。"""

import re

import pytest

from tests.worlds.factories import make_patch, make_user
from villages.models import Role

pytestmark = pytest.mark.django_db
LABEL = re.compile(r"<label for=\"id_([^\"]+)\">(.*?)</label>", re.DOTALL)


def optional(client, url):
    """页面上写着“选填”的格子。"""
    labels = LABEL.findall(client.get(url).content.decode())
    return {name for name, words in labels if "选填" in words}, {name for name, _ in labels}


def test_a_file_or_a_paste_is_needed(client):
    client.force_login(make_user(role=Role.STAFF))

    said, fields = optional(client, "/patches/import/")

    assert {"file", "pasted", "issued_on"} <= fields
    assert said == {"issued_on"}


def test_two_parts_are_needed(client):
    client.force_login(make_user(role=Role.STAFF))
    patch = make_patch()

    said, fields = optional(client, f"/patches/{patch.pk}/split/")

    assert {"code1", "area2", "code3"} <= fields
    assert {"code3", "area3"} <= said
    assert not said & {"code1", "area1", "code2", "area2"}
