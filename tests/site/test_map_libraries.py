"""地图的大库第一次用到才装：没有看过地图的服务、命令不带着它们。"""

import re
import subprocess
import sys

from tests import ROOT

LIBRARIES = ("numpy", "shapely", "pyproj", "pyogrio")
DIRECTLY = re.compile(rf"^\s*(?:import|from) (?:{'|'.join(LIBRARIES)})\b", re.MULTILINE)
PROGRAM = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
from taiping.wsgi import application
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_checking_and_starting_the_site_load_no_map_library():
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    loaded = set(told.partition("LOADED")[2].split())

    assert {"django", "plots", "PIL"} <= loaded
    assert not set(LIBRARIES) & loaded


def test_the_libraries_are_taken_from_one_place():
    program = [
        path
        for app in ("taiping", "tasks", "plots", "villages")
        for path in (ROOT / app).rglob("*.py")
    ]

    found = [path for path in program if DIRECTLY.search(path.read_text(encoding="utf-8"))]

    assert len(program) > 300
    assert found == []
