"""别的地方：做事的是组、乡、县，说的是粮食生产，编号是农情平台的；走遍全站，没有一处还照这里的叫法。"""

import re

import pytest
from auditlog.models import LogEntry

from tasks.models import Milestone, Plan
from tests.worlds.kept import again
from tests.worlds.walk_town import OWN, WalkTown, client_of, text_of
from villages.models import User

pytestmark = pytest.mark.django_db
# 这里的叫法：三种人、编号、主题、镇名
OURS = re.compile(
    r".{0,12}(?:村该办|[村镇区]里|镇工作人员|全镇|本镇|各镇|镇级|镇该办|区该办|国土调查云|耕地保护|太平镇).{0,12}"
)
DEFAULTS = {"admin:tasks_plan_add"}  # 新建的方案，格子里先填着默认的


@pytest.fixture
def town(settings, tmp_path):
    """青石乡的；数据里本来写着“镇”的人名、步骤也换掉。"""
    settings.MEDIA_ROOT = tmp_path
    settings.TOWN_NAME, settings.ACTOR_WORDS = "青石乡", ("组", "乡", "县")
    settings.SYSTEM_TITLE, settings.SYSTEM_SHORT = "青石乡粮食生产调度系统", "青石乡粮食生产"
    town = again(WalkTown)
    Plan.objects.update(
        subject="粮食生产", upload_label="农情平台编号", title="粮食生产方案", issuer="青石乡"
    )
    Milestone.objects.filter(name__contains="镇级").update(name="核查")
    User.objects.filter(name="镇里小黄").update(name="小黄")
    LogEntry.objects.all().delete()  # 修改记录照记下来的样子，不换
    return town


@pytest.mark.parametrize("name", ["东村书记", "工作人员", "领导", "管理员"])
def test_no_page_or_file_keeps_the_words_of_here(town, name):
    client = client_of(town.visitors[name])

    found = {}
    for route, path in town.addresses(OWN):
        response = client.get(path)
        said = OURS.findall(text_of(response)) if route not in DEFAULTS else []
        if said:
            found[path] = said

    assert found == {}
