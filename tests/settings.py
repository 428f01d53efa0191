"""测试用的设置：和正式的同一份，只换掉密钥、密码算法、数据目录和静态文件的哈希名。"""

import os
import sys
import tempfile
from pathlib import Path

from tests import ROOT

if sys.dont_write_bytecode:
    # 不许在源码旁边留 .pyc：编译过的放进 pytest 的缓存文件夹，几个测试进程和它们起的服务进程不用各编译一遍
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(
        ROOT / ".pytest_cache" / "compiled"
    )
    sys.dont_write_bytecode = False

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="taiping-test-")

from taiping.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# 别的测试不数登录失败；tests/villages/accounts/test_login_throttle.py 自己打开，服务进程用环境变量打开
AXES_ENABLED = os.environ.get("AXES_ENABLED") == "on"
MEDIA_ROOT = Path(os.environ["DATA_DIR"]) / "media"
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # 用文件库：内存库的几个连接共用缓存，一同写就报“table is locked”，和正式用的不是一回事。
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["DATA_DIR"]) / "test.sqlite3")}  # noqa: F405
