"""大家共用的装置：浏览器测试用系统里的 chromium，只许访问测试自己的网站。"""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.base.creation import BaseDatabaseCreation
from django.template.backends.jinja2 import Template
from django.test import Client, SimpleTestCase
from django.test.signals import template_rendered
from pytest_django.plugin import blocking_manager_key

from tests.browser.old_chromium import NO_OLD_BROWSER
from tests.worlds import kept
from tests.worlds.factories import make_user
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages
from tests.worlds.year import Year
from villages.models import Role

# 浏览器测试的主线程里有事件循环，Django 会误以为在异步代码里查数据库。
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True, scope="session")
def schema_built_once(tmp_path_factory):
    """验证备份时空表照迁移建，一次两三秒；测试里同样的迁移只真建一次，以后抄那个文件。"""
    from taiping.operations.backup import proving

    build, folder, built = proving.build_schema, tmp_path_factory.mktemp("schemas"), {}

    def build_or_copy(path, migrations):
        steps = frozenset(migrations)
        if steps not in built:
            build(path, migrations)
            built[steps] = shutil.copy(path, folder / f"{len(built)}.sqlite3")
        else:
            shutil.copy(built[steps], path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(proving, "build_schema", build_or_copy)
        yield


@pytest.fixture(autouse=True, scope="session")
def pages_show_their_context():
    """测试看得到页面用的数据（response.context）：Django 只为自己的模板报信号，Jinja2 的在这里报。"""
    render = Template.render

    def render_and_tell(template, context=None, request=None):
        context = {} if context is None else context
        page = render(template, context, request)
        template_rendered.send(sender=template, template=template, context=context)
        return page

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Template, "render", render_and_tell)
        yield


BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
BROWSER = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSER_NAMES)), None)
NO_BROWSER = (
    "没有找到 chromium：浏览器测试没有跑。请安装 chromium，或用环境变量 CHROMIUM 指明它在哪里。"
)
LAUNCH_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_is_required():
    return any(
        os.environ.get(name, "").lower() in ("1", "true", "on")
        for name in ("CI", "REQUIRE_BROWSER")
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """迁移刚建好时的全部数据，Django 记在建库的那个连接上；浏览器一开，线程里的连接就换成新的。

    记在连接的类上，换成哪一个都带着。
    """
    with django_db_blocker.unblock():
        kept.remember_seeds()
    if seeds := seed_data():
        type(connections["default"])._test_serialized_contents = seeds
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseDatabaseCreation, "deserialize_db_from_string", kept.put_seeds)
        yield


def seed_data():
    """迁移刚建好时的全部数据；没有真提交的测试时没有。"""
    return getattr(connections["default"], "_test_serialized_contents", None)


def commits(item):
    """这个测试真的提交，跑完会清空所有的表。"""
    mark = item.get_closest_marker("django_db")
    marked = bool(mark and mark.kwargs.get("transaction"))
    return marked or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)


DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


def pytest_itemcollected(item):
    """没有要数据库的测试碰不到数据库（pytest-django 拦着），结果自然和用哪种无关：自动标上 any_database。"""
    is_unittest = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    asks = item.get_closest_marker("django_db") or not DATABASE_FIXTURES.isdisjoint(
        item.fixturenames
    )
    if not is_unittest and not asks:
        item.add_marker("any_database")


LONG = {"office", "journey"}  # 真立一遍环境；数据表退回去再来


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """真提交的测试，每一个开始前都补回迁移带来的数据（退回理由、表头的写法）。

    有的补、有的不补，内容类型的主键就会撞在一起。

    几个测试共用一趟很长的路的（LONG）排在最前：分给两个进程时不会劈成两半各走一趟，末尾也不用等它。
    """
    items.sort(key=lambda item: LONG.isdisjoint(item.fixturenames))
    for item in filter(commits, items):
        for mark in item.iter_markers("django_db"):
            mark.kwargs["serialized_rollback"] = True


def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") and not BROWSER:
        if browser_is_required():
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    """清空了表的测试，后面跟着的不自己补数据，就在这里补：先后怎么排都一样。"""
    result = yield
    if commits(item) and nextitem is not None and not commits(nextitem):
        with item.config.stash[blocking_manager_key].unblock():
            kept.put_seeds()
    return result


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.stats.get("skipped", [])
    for reason in (NO_BROWSER, NO_OLD_BROWSER):
        skipped = [report for report in reports if reason in str(report.longrepr)]
        if skipped:
            terminalreporter.write_line(f"跳过 {len(skipped)} 项。{reason}")


def pytest_unconfigure():
    """tests/settings.py 建的临时数据目录，用完删掉。"""
    folder = Path(os.environ.get("DATA_DIR", ""))
    if folder.name.startswith("taiping-test-") and folder.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": BROWSER, "args": LAUNCH_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


def keep_home(context, home, strangers):
    """向 home 以外发的请求一律拦下，记进 strangers。"""

    def guard(route):
        if urlsplit(route.request.url).netloc == urlsplit(home).netloc:
            route.continue_()
        else:
            strangers.append(route.request.url)
            route.abort()

    context.route("**/*", guard)


@pytest.fixture
def new_context(new_context, live_server, django_db_serialized_rollback):
    """开一个浏览器环境；向别的网站发的请求一律拦下，测试结束时算失败。

    真网站的测试跑完会清空所有表；serialized_rollback 把迁移带来的数据（如退回理由）补回来。
    后台脚本（离线用的）默认不装：它发的请求拦不到；要看离线的给 service_workers="allow"。
    从 tests/browser/line.py 的线上走的，给 base_url=line.url，自己的网站就是那一个地址。
    """
    strangers = []

    def guarded_context(**kwargs):
        given = {"base_url": live_server.url, "service_workers": "block", **kwargs}
        context = new_context(**given)
        keep_home(context, given["base_url"], strangers)
        return context

    yield guarded_context
    assert strangers == [], f"页面向别的网站发了请求：{strangers}"


@pytest.fixture
def media(settings, tmp_path):
    """每个测试自己的上传文件夹。"""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def town(db, media):
    """东村、西村和一块图斑，见 TwoVillages。"""
    return again(TwoVillages)


@pytest.fixture
def year(db, media):
    """今天正走到一半的一个年度，见 Year。"""
    return Year()


@pytest.fixture
def leader(client):
    """以镇领导登录的 client。"""
    client.force_login(make_user(role=Role.LEADER))
    return client


@pytest.fixture
def page_as(new_context, live_server):
    """page_as(user)：已登录的一页，每次是一个新的浏览器环境；page_as(user, viewport={…}) 换成手机大小。"""

    def open_page(user, **kwargs):
        client = Client()
        client.force_login(user)
        context = new_context(**kwargs)
        name, home = settings.SESSION_COOKIE_NAME, kwargs.get("base_url", live_server.url)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": home}])
        return context.new_page()

    return open_page
