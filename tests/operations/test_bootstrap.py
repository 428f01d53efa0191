"""在临时文件夹里，从只有 Python 的样子开始，真的立一遍环境、登录一遍。"""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.markers import Marker

from taiping.operations import bootstrap
from tasks import workbook
from tests import ROOT
from tests.worlds.factories import make_plan, make_steps_target, make_village

pytestmark = pytest.mark.any_database

NOT_THE_PROJECT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".data",
    ".env",
    ".wheels",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    "test-results",
)
# 不在虚拟环境里的那个 Python；-S 不看它自己装过的包，和刚装好的机器一样。
PYTHON_FILE = "python.exe" if os.name == "nt" else f"bin/python3.{sys.version_info.minor}"
BASE_PYTHON = [str(Path(sys.base_prefix) / PYTHON_FILE), "-S"]
ACCOUNT = re.compile(r"^  (\w+) +(\w{12})  ", re.MULTILINE)


def clean_environment(home):
    """新用户的环境：没有激活的虚拟环境、没有本项目的设置；pip 的镜像、证书和缓存照旧。"""
    kept = (
        "PATH",
        "LANG",
        "LC_ALL",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TAIPING_WHEELS",
        "SSL_CERT_FILE",
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    cache = subprocess.run(
        [sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True
    )
    environment.setdefault("PIP_CACHE_DIR", cache.stdout.strip() or str(home / "cache"))
    environment["XDG_CONFIG_HOME"] = os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config"))
    if (ROOT / ".wheels").is_dir():
        environment.setdefault("TAIPING_WHEELS", str(ROOT / ".wheels"))
    return {**environment, "HOME": str(home), "PYTHONUTF8": "1"}


class Office:
    """一间刚拿到项目的办公室：项目的一份副本和一台只有 Python 的电脑。"""

    def __init__(self, folder):
        self.root = folder / "project"
        home = folder / "home"
        home.mkdir()
        shutil.copytree(ROOT, self.root, ignore=NOT_THE_PROJECT)
        self.environment = clean_environment(home)

    def command(self, *words):
        return [*BASE_PYTHON, str(self.root / "manage.py"), *words]

    def run(self, *words, **extra):
        return subprocess.run(
            self.command(*words),
            env={**self.environment, **extra},
            cwd=self.root.parent,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def database(self):
        """整个数据库的文字，一个字的变化都看得出来。"""
        connection = sqlite3.connect(self.root / ".data" / "db.sqlite3")
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    def count(self, table):
        return sum(line.startswith(f'INSERT INTO "{table}"') for line in self.database())


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"))
    office.before = office.run("check")
    office.first = office.run("quickstart", "--no-serve")
    assert office.first.returncode == 0, office.first.stdout + office.first.stderr
    office.passwords = dict(ACCOUNT.findall(office.first.stdout))
    return office


def test_other_commands_say_to_run_quickstart_first(office):
    assert office.before.returncode == 1
    assert office.before.stderr == "还没有装好运行环境，请先运行：python3 manage.py quickstart\n"


def test_first_run_builds_environment_and_says_what_it_does(office):
    total = len(bootstrap.locked_packages(ROOT / "requirements.txt"))
    words = office.first.stdout
    assert f"[{total}/{total}]" in words, words
    assert (
        words.index("正在建立 .venv")
        < words.index("] django\n")
        < words.index(f"[{total}/{total}]")
    )
    assert (
        bootstrap.fingerprint("requirements.txt")
        in (office.root / ".venv" / "installed.txt").read_text()
    )


def test_first_run_writes_a_private_secret_key(office):
    file = office.root / ".env"
    key = re.search(r"^SECRET_KEY=(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert len(key) >= 50
    assert key not in office.first.stdout
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_first_run_loads_the_plan_and_one_secretary_for_every_village(office):
    assert office.count("tasks_target") == 8
    assert office.count("villages_village") == 10
    villages = [f"cun{number:02d}" for number in range(1, 11)]
    assert list(office.passwords) == ["admin", "staff1", "staff2", "leader", *villages]
    assert len(set(office.passwords.values())) == 14


def test_second_run_changes_nothing_and_shows_no_password(office):
    before, key = office.database(), (office.root / ".env").read_bytes()

    again = office.run("quickstart", "--no-serve")

    assert again.returncode == 0, again.stderr
    assert "正在" not in again.stdout
    assert ACCOUNT.findall(again.stdout) == []
    assert "重新发放" in again.stdout
    assert office.database() == before
    assert (office.root / ".env").read_bytes() == key


def test_served_site_takes_a_printed_password(office, tmp_path):
    port = free_port()
    output = (tmp_path / "output.txt").open("w+")
    site = subprocess.Popen(
        office.command("quickstart", "--port", str(port)),
        env=office.environment,
        stdout=output,
        stderr=output,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        assert wait_for(f"{address}/healthz", site).startswith("ok\n")
        wrong = log_in(address, "cun01", "not-the-password")
        right = log_in(address, "cun01", office.passwords["cun01"])
        busy = office.run("quickstart", "--port", str(port))
    finally:
        site.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
        site.wait(timeout=120)
        output.seek(0)
        words = output.read()
        output.close()

    assert urllib.parse.urlsplit(wrong.url).path == "/accounts/login/"
    assert urllib.parse.urlsplit(right.url).path != "/accounts/login/"
    assert "sessionid" in right.cookies
    assert busy.returncode == 1
    assert f"端口 {port} 已被占用" in busy.stderr
    assert f"{address}/" in words
    if os.name != "nt":
        assert site.returncode == 0
        assert words.endswith("已停止服务，数据都已保存。\n")


def test_interrupted_install_is_repaired_by_the_next_run(office):
    """断电留下装到一半的 .venv：记号还在，包缺了一个。数据不受影响。"""
    before = office.database()
    venv = office.root / ".venv"
    (venv / "unfinished.txt").write_text("正在安装\n", encoding="utf-8")
    shutil.rmtree(next(venv.rglob("site-packages")) / "waitress")

    check = office.run("check")
    again = office.run("quickstart", "--no-serve")

    assert check.returncode == 1
    assert again.returncode == 0, again.stdout + again.stderr
    assert "正在建立 .venv" in again.stdout
    assert not (venv / "unfinished.txt").exists()
    assert office.run("check").returncode == 0
    assert office.database() == before


def test_offline_folder_without_the_packages_says_so(tmp_path):
    office = Office(tmp_path)
    (office.root / ".wheels").mkdir()

    answer = office.run("quickstart", "--no-serve", TAIPING_WHEELS="")

    assert answer.returncode == 1
    assert "里的安装包不全" in answer.stdout
    assert "离线安装" in answer.stdout
    assert not (office.root / ".env").exists()


# 让开的判断


@pytest.fixture
def project(tmp_path, monkeypatch):
    """一个空项目，装着一份只要 django 的锁定文件；run_inside 和 build 只记下有没有发生。"""
    (tmp_path / "requirements.txt").write_text(
        "django==5.2.0 \\\n    --hash=sha256:00\n", encoding="utf-8"
    )
    done = []
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "installed.txt")
    monkeypatch.setattr(bootstrap, "UNFINISHED", tmp_path / "unfinished.txt")
    monkeypatch.setattr(
        bootstrap, "build", lambda requirements: done.append(f"build {requirements}")
    )
    monkeypatch.setattr(bootstrap, "run_inside", lambda argv: done.append("run inside"))
    monkeypatch.setattr(bootstrap, "in_environment", lambda: False)
    return SimpleNamespace(root=tmp_path, done=done, monkeypatch=monkeypatch)


def installed(project, **versions):
    def version(name):
        if name not in versions:
            raise bootstrap.importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    project.monkeypatch.setattr(bootstrap.importlib.metadata, "version", version)


def test_image_with_everything_installed_gets_no_venv(project):
    installed(project, django="5.2.0")
    bootstrap.prepare(["manage.py", "quickstart"], "requirements.txt")
    assert project.done == []


def test_bare_machine_or_bare_container_gets_a_venv(project):
    installed(project)
    bootstrap.prepare(["manage.py", "quickstart"], "requirements.txt")
    assert project.done == ["build requirements.txt", "run inside"]


def test_older_version_in_the_system_python_does_not_count(project):
    installed(project, django="4.2")
    bootstrap.prepare(["manage.py", "quickstart"], "requirements.txt")
    assert project.done == ["build requirements.txt", "run inside"]


def test_virtual_environment_without_packages_is_told_the_exact_command(project, capsys):
    installed(project)
    project.monkeypatch.setattr(bootstrap, "in_environment", lambda: True)

    with pytest.raises(SystemExit) as stopped:
        bootstrap.prepare(["manage.py", "quickstart"], "requirements.txt")

    assert stopped.value.code == 1
    assert project.done == []
    command = f"-m pip install --require-hashes -r {project.root / 'requirements.txt'}"
    words = capsys.readouterr().err
    assert "还缺 1 个包：django" in words
    assert command in words


def test_switch_in_the_environment_keeps_the_current_python(monkeypatch):
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    monkeypatch.delenv("TAIPING_NO_VENV", raising=False)
    assert bootstrap.in_environment() is False
    monkeypatch.setenv("TAIPING_NO_VENV", "1")
    assert bootstrap.in_environment() is True


def test_packages_for_another_system_are_not_asked_for(tmp_path, monkeypatch):
    file = tmp_path / "requirements.txt"
    lines = (
        "colorama==0.4.6 ; sys_platform == 'win32' \\",
        "    --hash=sha256:00",
        "rules==3.5 \\",
        "",
    )
    file.write_text("\n".join(lines), "utf-8")
    monkeypatch.setattr(sys, "platform", "linux")
    assert bootstrap.locked_packages(file) == {"rules": "3.5"}
    monkeypatch.setattr(sys, "platform", "win32")
    assert bootstrap.locked_packages(file) == {"colorama": "0.4.6", "rules": "3.5"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_condition_in_the_locks_is_judged_as_pip_judges_it(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    conditions = set(re.findall(r" ; ([^\\\n]+)", text))
    assert conditions
    assert {c: bootstrap.applies(c) for c in conditions} == {
        c: Marker(c).evaluate() for c in conditions
    }


@pytest.mark.parametrize(
    "line, package",
    [
        ("Collecting django==5.2.19 (from -r /offices/b-2/requirements.txt (line 7))", "django"),
        (
            "Processing /my wheels/python_calamine-0.9.1-cp311-cp311-win_amd64.whl",
            "python_calamine",
        ),
        ("Requirement already satisfied: rules==3.5 in /b-2/.venv/lib", "rules"),
    ],
)
def test_progress_names_the_package_pip_reached(line, package):
    assert bootstrap.PIP_REACHES.match(line)[1] == package


def test_development_lock_contains_the_runtime_lock():
    runtime = bootstrap.locked_packages(ROOT / "requirements.txt")
    development = bootstrap.locked_packages(ROOT / "requirements-dev.txt")
    assert {name: development.get(name) for name in runtime} == runtime


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "DEBUG=off\nSECRET_KEY=\nLOG_LEVEL=INFO\n",
            "DEBUG=off\nSECRET_KEY=钥匙\nLOG_LEVEL=INFO\n",
        ),
        ("# 办公室自己写的\nDEBUG=off", "# 办公室自己写的\nDEBUG=off\nSECRET_KEY=钥匙\n"),
        ("SECRET_KEY=mine-already\n", "SECRET_KEY=mine-already\n"),
    ],
)
def test_secret_key_is_added_and_nothing_else_is_touched(tmp_path, monkeypatch, before, after):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(bootstrap.secrets, "token_urlsafe", lambda size: "钥匙")
    file = tmp_path / ".env"
    file.write_bytes(before.encode())

    bootstrap.ensure_secret_key(file)

    assert file.read_bytes().decode() == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SECRET_KEY=k\n#TOWN_NAME=太平镇\n", "SECRET_KEY=k\n#TOWN_NAME=太平镇\nTOWN_NAME=甲镇\n"),
        ("TOWN_NAME=\nSECRET_KEY=k\n", "TOWN_NAME=甲镇\nSECRET_KEY=k\n"),
        ("TOWN_NAME=甲镇\n", "TOWN_NAME=甲镇\n"),
    ],
)
def test_the_name_of_the_town_is_written_once(tmp_path, monkeypatch, before, after):
    monkeypatch.delenv("TOWN_NAME", raising=False)
    file = tmp_path / ".env"
    file.write_bytes(before.encode())

    bootstrap.ensure_town(file, "甲镇")

    assert file.read_bytes().decode() == after


def test_the_name_of_the_town_is_written_even_without_a_settings_file(tmp_path, monkeypatch):
    """已经在自己的虚拟环境里跑的，没有 .env：新写一份，只有镇名。"""
    monkeypatch.delenv("TOWN_NAME", raising=False)

    bootstrap.ensure_town(tmp_path / ".env", "甲镇")

    assert (tmp_path / ".env").read_text(encoding="utf-8") == "TOWN_NAME=甲镇\n"


@pytest.mark.parametrize("town", ["乙镇", "甲\n镇", "甲 镇", "", "甲#镇", "镇" * 31])
def test_another_name_or_a_bad_one_is_told_and_nothing_is_written(
    tmp_path, monkeypatch, capsys, town
):
    monkeypatch.delenv("TOWN_NAME", raising=False)
    file = tmp_path / ".env"
    file.write_bytes("TOWN_NAME=甲镇\n".encode())

    with pytest.raises(SystemExit):
        bootstrap.ensure_town(file, town)

    assert "甲镇" in capsys.readouterr().err
    assert file.read_bytes().decode() == "TOWN_NAME=甲镇\n"


@pytest.mark.django_db
def test_another_town_starts_with_its_own_plan_and_name(office, tmp_path):
    """甲镇：没有收集过文件的 serve 说先运行什么；没写镇名的说清楚；写了，只有它的方案、它的村、它的名字。"""
    plan = make_plan(2026, title="甲镇2026年粮食生产方案")
    make_steps_target(plan)
    make_village("赵庄"), make_village("钱庄")
    file = tmp_path / "方案.xlsx"
    file.write_bytes(workbook.export_xlsx(plan))
    own = {"DATA_DIR": str(tmp_path / "data")}
    start = ("quickstart", "--no-serve", "--no-demo", "--plan", str(file))

    early = office.run("serve", **own)
    nameless = office.run(*start, **own)
    first = office.run(*start, "--town", "甲镇", **own)
    again = office.run(*start, "--town=甲镇", **own)
    other = office.run(*start, "--town", "乙镇", **own)
    told = json.loads(office.run("progress", "--format", "json", **own).stdout)

    assert "请先运行：python3 manage.py quickstart --no-serve" in early.stderr
    assert "也要写 --town" in nameless.stderr
    assert first.returncode == 0, first.stderr
    assert "TOWN_NAME=甲镇" in first.stdout and "admin" in first.stdout
    assert again.returncode == 0 and "没有装 方案.xlsx" in again.stdout
    assert other.returncode == 1 and "已经设着 TOWN_NAME=甲镇" in other.stderr
    assert (told["town"], told["plan"]) == ("甲镇", 2026)
    assert [row["name"] for row in told["targets"][0]["villages"]] == ["赵庄", "钱庄"]


# 帮手


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process):
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "网站没有起来就退出了"
            time.sleep(0.1)
    raise AssertionError(f"30 秒了还打不开 {url}")


def log_in(address, username, password):
    """像浏览器那样登录：先取表单，再带着令牌提交。返回最后到的地址和拿到的 cookie。"""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    form = browser.open(f"{address}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    fields = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    try:
        answer = browser.open(f"{address}/accounts/login/", urllib.parse.urlencode(fields).encode())
    except urllib.error.HTTPError as error:
        answer = error
    return SimpleNamespace(url=answer.geturl(), cookies={cookie.name for cookie in jar})
