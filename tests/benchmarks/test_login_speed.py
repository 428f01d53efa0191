"""登录慢在哪里：核对密码要算一百万遍散列，照 Django 自己的强度，是故意的，不调低。"""

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher as Djangos
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.test import override_settings

from tests.benchmarks.conftest import visit

pytestmark = pytest.mark.django_db
WHERE = {"table": "登录", "column": "一次"}


@pytest.fixture(autouse=True)
def as_in_use():
    """测试平常用快的散列；这里量真的。"""
    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        yield


def test_bare_page(measure):
    measure("光页", visit("/bare/"), floor=True, **WHERE)


def test_password(measure):
    kept = make_password("稻谷-2024")

    assert identify_hasher(kept).decode(kept)["iterations"] == Djangos.iterations
    assert measure("核对密码", lambda: check_password("稻谷-2024", kept), **WHERE)
