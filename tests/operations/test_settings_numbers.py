"""设置里的数空着照默认；写的不是数的，说清是哪一项、写了什么、要怎么写。哪几项照 settings.py 现读。"""

import ast
import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import ROOT

SETTINGS = ROOT / "taiping" / "settings.py"


def numbers():
    """settings.py 里用 env.int、env.float 问的：{名字: 哪一种}。"""
    found = {}
    for node in ast.walk(ast.parse(SETTINGS.read_text(encoding="utf-8"))):
        asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if asks and ast.unparse(node.func) in ("env.int", "env.float"):
            found[node.args[0].value] = node.func.attr
    return found


NUMBERS = numbers()


@pytest.fixture
def read(monkeypatch):
    """照这样的环境变量读一遍设置 → {设置: 值}。"""
    monkeypatch.setenv("HTTPS", "on")  # 有一项只在这时问

    def _read(given):
        for name in NUMBERS:
            monkeypatch.delenv(name, raising=False)
        for name, text in given.items():
            monkeypatch.setenv(name, text)
        found = runpy.run_path(str(SETTINGS))
        del found["ABSOLUTE_URL_OVERRIDES"]  # 函数，读一遍是新的一个
        return {key: value for key, value in found.items() if key.isupper()}

    return _read


def test_a_number_left_empty_is_the_default(read):
    assert len(NUMBERS) > 30

    empty = read(dict.fromkeys(NUMBERS, " "))

    assert empty == read({})


def test_a_number_is_taken_as_written(read):
    found = read({"READ_SECONDS": " 60 ", "MAP_FAR_KM": "12.5"})

    assert (found["READ_SECONDS"], found["MAP_FAR_KM"]) == (60, 12.5)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["abc", "nan", "9" * 5000], ids=["字", "不是数", "太长"])
def test_what_is_no_number_is_refused_in_one_sentence(read, name, text):
    with pytest.raises(ImproperlyConfigured) as refused:
        read({name: text})

    told = str(refused.value)
    word = "整数" if NUMBERS[name] == "int" else "数"
    assert told.startswith(f"{name} 要写{word}，现在写的是“{text[:40]}”")
    assert f"请在 .env 里改成 {name}=" in told
    assert len(told) < 200


def test_the_folder_and_the_database_left_empty_are_the_default_too(read, monkeypatch):
    monkeypatch.setattr("taiping.ground.modes.close_folder", lambda folder: None)

    found = read({"DATA_DIR": "", "DATABASE_URL": ""})

    assert found["DATA_DIR"] == ROOT / ".data"
    assert found["DATABASES"]["default"]["NAME"] == str(ROOT / ".data" / "db.sqlite3")
