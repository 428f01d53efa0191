"""大的库第一次用到才装：没有做过文件的命令、服务不带着它们。"""

import subprocess
import sys

from tests import ROOT

LIBRARIES = {"openpyxl", "xlsxwriter", "docx", "lxml", "python_calamine"}
PROGRAM = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
from django.test import RequestFactory
from taiping.wsgi import application
environ = RequestFactory(SERVER_NAME="localhost").get("/accounts/login/", secure=True).environ
told = []
body = b"".join(application(environ, lambda status, headers: told.append(status)))
print("LOADED", told[0].partition(" ")[0], *{name.partition(".")[0] for name in sys.modules})
"""


def test_checking_and_serving_a_page_load_no_spreadsheet_library():
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    status, *loaded = said.partition("LOADED")[2].split()

    assert status == "200"
    assert {"django", "plots", "tasks", "taiping"} <= set(loaded)
    assert sorted(LIBRARIES & set(loaded)) == []
