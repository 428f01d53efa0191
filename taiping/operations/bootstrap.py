"""立起运行环境：只用标准库，由 manage.py 在最开头调用。

`quickstart` 和 `test` 在只有 Python 的机器上也要能跑：建 .venv，按锁定的版本和哈希装依赖，再用 .venv 里的
Python 重新运行同一条命令。已经在虚拟环境里，或者这个 Python 里依赖已经装齐（做好的容器镜像），就什么也不建。
只看依赖装齐没有，不看是不是容器：只有 Python 的空容器照样建 .venv。
"""

from __future__ import annotations  # 旧的 Python 也要读得懂这一份，好说出该装哪一版

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import secrets
import subprocess
import sys
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.txt"  # 装好了哪份锁定文件：每行“文件名 sha256”
UNFINISHED = VENV / "unfinished.txt"  # 安装时在，装完删掉；开头就看到它，说明上次被打断
MANUAL = "taiping/operations/README.md"
RUNTIME = "requirements.txt"
DEV = "requirements-dev.txt"
REQUIREMENTS = {"quickstart": RUNTIME, "test": DEV}
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?: ; ([^\\\n]+))?", re.MULTILINE)
TOWN_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?TOWN_NAME[ \t]*=(.*)$", re.MULTILINE)
TOWN = re.compile(r"[\w·（）()]{1,30}")  # 写进 .env 不用加引号的
KEY_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?SECRET_KEY[ \t]*=(.*)$", re.MULTILINE)
# pip 到了一个包：Collecting django==5.2.1；从文件夹装是 Processing ./wheels/django-5.2.1-py3-none-any.whl
PIP_REACHES = re.compile(
    r"(?:Collecting |Requirement already satisfied: |Processing (?:.*[/\\])?)([A-Za-z0-9._-]+?)(?:==|-\d)"
)


def enter(argv: list[str]) -> None:
    """要么就在当前 Python 里继续（返回），要么换到 .venv 里重新运行，要么说清原因后退出。"""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # 老终端显示不了的字变成问号，不让命令停下
    if sys.version_info < (3, 11):  # noqa: UP036
        stop(f"需要 Python 3.11 或更新的版本，现在是 {sys.version.split()[0]}。请装好后再运行。")
    command = argv[1] if len(argv) > 1 else ""
    try:
        if command in REQUIREMENTS:
            prepare(argv, REQUIREMENTS[command])
        else:
            find_environment(argv)
    except KeyboardInterrupt:
        stop("\n已中断。再运行一次同样的命令，会从头修好。", code=130)
    if command == "quickstart":
        ensure_secret_key(ROOT / ".env")
        if town := asked_town(argv):
            ensure_town(ROOT / ".env", town)
    if command == "test":
        run_tests(argv[2:])


def prepare(argv: list[str], requirements: str) -> None:
    """quickstart 和 test：依赖装齐就继续，否则立起 .venv 再进去。"""
    missing = missing_packages(ROOT / requirements)
    if not missing:
        return
    if in_environment():
        pip = f"{quoted(sys.executable)} -m pip install --require-hashes -r {quoted(ROOT / requirements)}"
        stop(f"这个 Python 环境里还缺 {len(missing)} 个包：{'、'.join(missing)}。\n请运行：{pip}")
    if not is_ready(requirements):
        build(requirements)
    run_inside(argv)


def find_environment(argv: list[str]) -> None:
    """其他命令：有 .venv 就进去，没有就用当前环境，都不行就说先运行什么。"""
    if not in_environment() and venv_python().exists() and not UNFINISHED.exists():
        run_inside(argv)
    if importlib.util.find_spec("django") is None or importlib.util.find_spec("environ") is None:
        stop("还没有装好运行环境，请先运行：python3 manage.py quickstart")


def in_environment() -> bool:
    """已经有人管着环境：venv、conda，或 TAIPING_NO_VENV=1。"""
    return (
        sys.prefix != sys.base_prefix
        or (Path(sys.prefix) / "conda-meta").is_dir()
        or os.environ.get("TAIPING_NO_VENV", "") not in ("", "0")
    )


def locked_packages(path: Path) -> dict[str, str]:
    """锁定文件里当前系统要装的包：{包名: 版本}。"""
    found = LOCKED.findall(path.read_text(encoding="utf-8"))
    return {name: version for name, version, condition in found if applies(condition)}


def applies(condition: str) -> bool:
    """锁定文件里“;”后面的条件在这台机器上成不成立；没有条件就是成立。

    条件的写法（PEP 508 的比较、and、or）正好也是 Python 的写法。版本当文字比：3.11 到 3.99 先后不会错，更旧的已经拒绝了。
    """
    here = {
        "sys_platform": sys.platform,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "python_version": "{}.{}".format(*sys.version_info),
        "python_full_version": platform.python_version(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
        "platform_system": platform.system(),
    }
    return not condition or eval(condition, {"__builtins__": {}}, here)  # noqa: S307 锁定文件是项目自己的，和代码一样可信


def missing_packages(path: Path) -> list[str]:
    """当前 Python 里没有、或版本不是锁定那个的包名。"""
    missing = []
    for name, version in locked_packages(path).items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = None
        if found != version:
            missing.append(name)
    return missing


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(requirements: str) -> str:
    return f"{requirements} {hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()}"


def is_ready(requirements: str) -> bool:
    """.venv 装好了这份锁定文件，而且还能用（没被搬走解释器、没装到一半）。"""
    if UNFINISHED.exists() or not STAMP.exists():
        return False
    installed = STAMP.read_text(encoding="utf-8").splitlines()
    return fingerprint(requirements) in installed and works("import django")


def works(code: str) -> bool:
    try:
        return subprocess.run([venv_python(), "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def build(requirements: str) -> None:
    if UNFINISHED.exists() or not works("import pip"):
        create_venv()
    UNFINISHED.write_text("正在安装\n", encoding="utf-8")
    code = install(requirements)
    if code >= 0:
        UNFINISHED.unlink()  # pip 自己报的错不留半成品；只有被打断才留下这个记号，下次重建
    if code:
        sys.exit(1)
    names = (RUNTIME, DEV) if requirements == DEV else (RUNTIME,)  # 开发依赖包含运行依赖
    kept = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []
    lines = [line for line in kept if line.split()[0] not in names]
    lines += [fingerprint(name) for name in names]
    STAMP.write_text("\n".join(lines) + "\n", encoding="utf-8")


def create_venv() -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        stop(
            "这台机器的 Python 不带 venv，没法建 .venv。Debian、Ubuntu 请先运行\n"
            "  sudo apt install python3-venv\n再运行一次同样的命令。"
        )
    say("正在建立 .venv（项目自己的 Python 环境）…")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        errors="replace",
    )
    if made.returncode:
        stop(f"没有建成 .venv：\n{made.stdout}{made.stderr}")


def wheels_folder() -> Path | None:
    """离线安装用的文件夹：TAIPING_WHEELS，或 manage.py 旁边的 .wheels。没有就是 None。"""
    if os.environ.get("TAIPING_WHEELS"):
        folder = Path(os.environ["TAIPING_WHEELS"]).resolve()
        if not folder.is_dir():
            stop(
                f"TAIPING_WHEELS 指的文件夹不存在：{folder}。请改成存放安装包的文件夹，或去掉这个变量。"
            )
        return folder
    return ROOT / ".wheels" if (ROOT / ".wheels").is_dir() else None


def install(requirements: str) -> int:
    """按锁定文件装进 .venv，每到一个包说一声。返回 pip 的退出码：0 是装成，负数是被强行结束。"""
    wheels = wheels_folder()
    total = len(locked_packages(ROOT / requirements))
    source = f"来自 {wheels}" if wheels else "要下载，请稍候"
    say(f"正在安装 {requirements} 里的 {total} 个包，{source}…")
    command = [venv_python(), "-m", "pip", "install", "--require-hashes"]
    command += ["-r", str(ROOT / requirements)]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command += ["--no-index", "--find-links", str(wheels)] if wheels else []
    pip = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PIP_USER": "0", "PYTHONIOENCODING": "utf-8"},
    )
    last_lines = deque(maxlen=15)
    count = 0
    for line in pip.stdout:
        last_lines.append(line)
        package = PIP_REACHES.match(line)
        if package:
            count += 1
            say(f"  [{min(count, total)}/{total}] {package[1].replace('_', '-')}")
        elif line.startswith("Installing collected packages"):
            say("  正在写入 .venv …")
    if pip.wait():
        say("".join(last_lines))
        if wheels:
            say(
                f"没有装成：{wheels} 里的安装包不全，或不是给这台机器的。请按 {MANUAL}“离线安装”重做这个文件夹。"
            )
        else:
            say(
                f"没有装成，原因见上面 pip 的话。连不上网的机器请看 {MANUAL}“离线安装”；修好后再运行一次。"
            )
    return pip.returncode


def run_inside(argv: list[str]) -> None:
    """用 .venv 里的 Python 重新运行同一条命令，不再回来。"""
    command = [str(venv_python()), str(ROOT / "manage.py"), *argv[1:]]
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    child = subprocess.Popen(command)  # Windows 没有真正的 exec，只能等子进程
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            continue  # Ctrl+C 子进程也收到了，等它自己收尾


def ensure_secret_key(path: Path) -> None:
    """.env 里没有 SECRET_KEY 就生成一个；别的行一个字也不动。文件只有本人能读。"""
    if os.environ.get("SECRET_KEY"):
        return
    source = path if path.exists() else ROOT / ".env.example"
    text = source.read_bytes().decode("utf-8", "surrogateescape") if source.exists() else ""
    if any(value.strip().strip("'\"") for value in KEY_LINE.findall(text)):
        return
    put_line(path, text, KEY_LINE, f"SECRET_KEY={secrets.token_urlsafe(50)}")
    say(f"已在 {path.name} 里生成 SECRET_KEY。")


def asked_town(argv: list[str]) -> str:
    """命令行里 --town 后面的镇名；没有写是空。"""
    for place, word in enumerate(argv):
        if word == "--town":
            return argv[place + 1] if place + 1 < len(argv) else ""
        if word.startswith("--town="):
            return word.removeprefix("--town=")
    return ""


def ensure_town(path: Path, town: str) -> None:
    """把镇名写进 .env：页面抬头、文件名都用它。已经写着别的名字的不改，说清楚。"""
    if not TOWN.fullmatch(town):
        stop(f"“{town}”不能当镇名，只能用汉字、字母、数字，最多 30 个字，如 --town 甲镇。")
    stored = path.read_bytes() if path.exists() else b""  # 自己的虚拟环境里，设置也可以不写在 .env
    text = stored.decode("utf-8", "surrogateescape")
    written = [value.strip().strip("'\"") for value in TOWN_LINE.findall(text)]
    now = os.environ.get("TOWN_NAME") or next(filter(None, written), "")
    if now == town:
        return
    if now:
        stop(f"已经设着 TOWN_NAME={now}。要改成{town}，请改 {path.name} 里的这一行，再运行一次。")
    put_line(path, text, TOWN_LINE, f"TOWN_NAME={town}")
    say(f"已在 {path.name} 里写上 TOWN_NAME={town}。")


def put_line(path: Path, text: str, pattern: re.Pattern, line: str) -> None:
    """text 里合 pattern 的第一行换成 line，没有就加在末尾，写到 path；别的行一个字也不动，文件只有本人能读。"""
    text, replaced = pattern.subn(line, text, count=1)
    if not replaced:
        text += ("\n" if text and not text.endswith("\n") else "") + line + "\n"
    draft = path.with_name(".env.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(text.encode("utf-8", "surrogateescape"))
    draft.replace(path)


def run_tests(arguments):
    """在环境里用 pytest 跑测试；不要 .env，设置用 tests/settings.py。跑全部的时候每个核分一份。

    分成挨着的几段，先跑完的接别人没跑的：同一个文件里共用的东西多半只造一回，末尾也不闲着。
    """
    os.chdir(ROOT)
    import pytest

    runs_all = all(argument.startswith("-") for argument in arguments)
    spread = ["-n", "auto", "--dist", "worksteal"] if runs_all else []
    sys.exit(pytest.main([*spread, *arguments]))


def quoted(path):
    return f'"{path}"' if " " in str(path) else str(path)


def say(text):
    print(text, flush=True)


def stop(text, code=1):
    print(text, file=sys.stderr, flush=True)
    sys.exit(code)
