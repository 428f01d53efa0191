"""Chromium 86：很多旧手机里的浏览器就是这个年纪。取来、放好、让现在的 playwright 认得它。

    python3 -m tests.browser.old_chromium    取来放进自己的缓存文件夹，说出在哪里；取不到就说为什么

测试自己不上网取：用环境变量 CHROMIUM_86 指的那一个，没有就用缓存文件夹里的，都没有就跳过并说明。
要 Linux、node 和 npm；从这台机器自己的 npm 设置的地方取，核对过才用。它要的库和系统里的 chromium 一样。
"""

# ruff: noqa: T201  取的时候说给人听
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "chrome-aws-lambda@5.3.1"  # 里面是 Chromium 86.0.4240，brotli 压着
SHA512 = (
    "2a49594f2da9d94ffce9c0a1d6128bdcf183aa88ab402020eee7a3bcd227d2b0"
    "c19168f84aee063a360c45507792d84bc269d6861df1eb7443053080690f50dd"
)
PACKED = "package/bin/chromium.br"
UNPACK = """
const fs = require("fs"), [packed, plain] = process.argv.slice(1);
fs.writeFileSync(plain, require("zlib").brotliDecompressSync(fs.readFileSync(packed)));
"""
FETCH_SECONDS = 300
NO_OLD_BROWSER = (
    "没有 Chromium 86：旧手机上的浏览器测试没有跑。请运行 python3 -m tests.browser.old_chromium 取来，"
    "或用环境变量 CHROMIUM_86 指明它在哪里。"
)
LAUNCH_ARGS = ["--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage"]
# playwright 在自己的世界里用到的，Chrome 105 才有；只补给它，不补给网站的页面
FOR_PLAYWRIGHT = """
Element.prototype.checkVisibility = function () {
  return this.getClientRects().length > 0 || getComputedStyle(this).display === "contents";
};
"""


class CannotFetch(Exception):
    """取不来；话里说为什么。"""


def cached():
    """取来以后放在哪里。"""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "taiping-tests" / "chromium-86" / "chromium"


def found():
    """Chromium 86 在哪里；没有是 None。"""
    path = Path(os.environ.get("CHROMIUM_86") or cached())
    return path if path.is_file() else None


def fetch():
    """取来放好，返回在哪里。取不来抛 CannotFetch。"""
    if not sys.platform.startswith("linux"):
        raise CannotFetch("这个 Chromium 86 只能在 Linux 上运行")
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        raise CannotFetch("没有 node 和 npm")
    place = cached()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        pack = _pack(npm, folder)
        with tarfile.open(pack) as tar:
            tar.extract(PACKED, folder, filter="data")
        plain = Path(folder) / "chromium"
        subprocess.run([node, "-e", UNPACK, Path(folder) / PACKED, plain], check=True)
        plain.chmod(0o755)
        plain.replace(place)  # 一下子到位：同时有别的测试在看，也看不到半个
    return place


def _pack(npm, folder):
    """npm 把那个包放进 folder，核对过；返回它在哪里。"""
    try:
        done = subprocess.run(
            [npm, "pack", "--silent", PACKAGE],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise CannotFetch(f"npm pack 等了 {FETCH_SECONDS} 秒没有取来") from None
    packs = list(Path(folder).glob("*.tgz"))
    if done.returncode or len(packs) != 1:
        raise CannotFetch(f"npm pack 没有取来：{done.stderr.strip()[-300:]}")
    if hashlib.sha512(packs[0].read_bytes()).hexdigest() != SHA512:
        raise CannotFetch("取来的包和记下的校验和不一样，没有用")
    return packs[0]


def new_page(context):
    """Chromium 86 里的一页；补上 playwright 要而它没有的。"""
    page = context.new_page()
    world = f"__playwright_utility_world_{page._impl_obj._guid}"
    given = {"source": FOR_PLAYWRIGHT, "worldName": world}
    session = context.new_cdp_session(page)
    session.send("Page.enable")  # 不先说这一句，下一句不算数
    session.send("Page.addScriptToEvaluateOnNewDocument", given)
    return page


if __name__ == "__main__":
    try:
        print(f"Chromium 86 在 {found() or fetch()}")
    except CannotFetch as why:
        sys.exit(f"Chromium 86 没有取来：{why}。")
