"""测试用的设置：和正式的同一份，只换掉密钥、密码算法、数据目录和静态文件的哈希名。"""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="taiping-test-")

from taiping.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
MEDIA_ROOT = Path(os.environ["DATA_DIR"]) / "media"
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
