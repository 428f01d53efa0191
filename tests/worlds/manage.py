"""真的运行一条命令：设置用正式的一份，只有给的几项。"""

import os
import subprocess
import sys

from tests import ROOT

LEFT_OUT = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")


def manage(*command, folder, **given):
    """manage.py 的一条命令，数据放在 folder；→ 运行的结果。"""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **kept,
            "SECRET_KEY": "x" * 60,
            "DATA_DIR": str(folder),
            "TAIPING_NO_VENV": "1",
            **given,
        },
    )
