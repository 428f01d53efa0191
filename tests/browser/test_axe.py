"""每一页、后台的每一页，浅色深色，axe-core 一处不对也没有。

页面从网址来：每个地址都打开，除非写在 NOT_PAGES 里说明为什么；新添的页面自己就在里面。
每一页由用它的人看；各种要紧的时候（错了、空的、没登录、打不开）在 test_axe_states.py。
"""

import pytest

from tests.worlds.addresses import walk
from tests.worlds.walk_town import OWN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
NOT_PAGES = {
    "healthz": "给监测程序的 JSON",
    "dashboard:api_progress": "给别的系统的 JSON",
    "plots:service_worker": "脚本",
    "plots:manifest": "桌面图标的 JSON",
    "plots:my_tasks": "手机里留着的任务，JSON",
    "plots:photos": "传照片用的，JSON",
    "plots:photo": "传照片用的，只收 PUT、DELETE",
    "plots:evidence_file": "照片和文件本身",
    "plots:attachment": "照片和文件本身",
    "plots:patch_export": "下载 Excel",
    "plots:import_template": "下载 Excel",
    "tasks:plan_blank": "下载 Excel",
    "plots:import_errors": "下载 Excel",
    "plots:import_file": "下载原来的文件",
    "plots:geo_export": "下载图形",
    "plots:map_data": "地图的 JSON",
    "plots:map_villages": "地图的 JSON",
    "plots:patch_bulk": "只收勾选以后交来的，页面在 test_axe_states.py 里看",
    "plots:bulk_undo": "只收交来的",
    "plots:check_dismiss": "只收交来的",
    "tasks:plan_import_marked": "下载标了错的方案表",
    "tasks:plan_export": "下载方案表",
    "tasks:plan_import_preview": "要先上传，在 test_axe_states.py 里看",
    "dashboard:home": "转到各人的第一页",
    "reports:bulletin_docx": "下载 Word",
    "reports:weekly": "下载 Excel",
    "assessment:sheet_xlsx": "下载 Excel",
    "subsidies:notice_xlsx": "下载 Excel",
    "villages:logout": "只收交来的",
    "villages:end_session": "只收交来的",
    "villages:login": "没登录才有，在 test_axe_states.py 里看",
}
SEEN_BY = {
    "plots:my": "东村书记",
    "plots:report": "东村书记",
    "plots:field": "东村书记",
    "plots:order_close": "领导",
    "plots:order_withdraw": "领导",
}
ADMINS = {
    "plots:boundaries",
    "plots:carry",
    "tasks:plan_import",
    "tasks:target_copy",
}
NOT_PAGES_IN_ADMIN = {
    "admin:None": "转到改的那一页",
    "admin:autocomplete": "JSON",
    "admin:jsi18n": "脚本",
    "admin:view_on_site": "转走",
    "admin:logout": "只收交来的",
    "admin:login": "转到系统自己的登录页",
    "admin:password_change": "转到系统自己的改密码页",
    "admin:password_change_done": "转到系统自己的改密码页",
}
# 后台里没有这件事可做的（只看的表没有增加、删除），打开是 403，那一页在 test_axe_states.py 里看
REFUSED = 403


def area_of(name):
    """一处一个测试，分得给几个核：网站照网址的名字空间，后台照应用。"""
    space, _, own = name.partition(":")
    return f"后台 {own.split('_')[0]}" if space == "admin" else space


def is_looked_at(name):
    return name not in NOT_PAGES and name not in NOT_PAGES_IN_ADMIN


AREAS = sorted({area_of(name) for name, _ in walk() if is_looked_at(name)})


def person_for(name):
    if name.startswith("admin:") or name in ADMINS:
        return "管理员"
    return SEEN_BY.get(name, "工作人员")


@pytest.mark.parametrize("area", AREAS)
def test_every_page(axe_town, axe_page, inspector, area):
    wrong = []
    for name, path in axe_town.addresses(OWN):
        if area_of(name) != area or not is_looked_at(name):
            continue
        page = axe_page(axe_town.visitors[person_for(name)])
        response = page.goto(path)
        if response.status == REFUSED and name.startswith("admin:") and "changelist" not in name:
            continue
        if response.status != 200 or "text/html" not in response.headers["content-type"]:
            wrong.append((name, path, response.status))
        inspector.look(page, path, on_a_phone=not name.startswith("admin:"))

    assert wrong == []
    assert inspector.seen


def test_the_pages_that_are_not_looked_at_are_still_there():
    names = {name for name, _ in walk()}

    assert {*NOT_PAGES, *NOT_PAGES_IN_ADMIN, *SEEN_BY, *ADMINS} - names == set()
