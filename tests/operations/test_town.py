"""哪个镇是设置：随系统带的方案那个镇有自己的，别的镇写自己的；写错了启动时就说。"""

import pytest

from taiping.town import code_changes, shipped_town, short_title
from tests.worlds.manage import manage

SETTINGS = "TOWN_NAME", "MAP_MERIDIAN", "VILLAGE_CODE_CHANGES", "SYSTEM_TITLE", "ACTOR_WORDS"
ASK = (
    "from django.conf import settings as s; print([" + ", ".join(f"s.{n}" for n in SETTINGS) + "])"
)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (  # 老的安装里没有写 TOWN_NAME，照旧是随系统带的那个镇
            {},
            "['太平镇', 105.0, [('500224', '500151')], '太平镇耕地保护任务管理系统', ('村', '镇', '区')]",
        ),
        (
            {"TOWN_NAME": "甲镇"},
            "['甲镇', 0.0, [], '甲镇耕地保护任务管理系统', ('村', '镇', '区')]",
        ),
        (
            {
                "TOWN_NAME": "青石乡",
                "MAP_MERIDIAN": "117",
                "VILLAGE_CODE_CHANGES": "110100>110200",
                "SYSTEM_TITLE": "青石乡粮食生产调度系统",
                "ACTOR_WORDS": "组,乡,县",
            },
            "['青石乡', 117.0, [('110100', '110200')], '青石乡粮食生产调度系统', ('组', '乡', '县')]",
        ),
    ],
)
def test_a_town_has_its_own_and_nothing_of_another(tmp_path, given, told):
    done = manage("shell", "--no-imports", "-c", ASK, folder=tmp_path, **given)

    assert done.stdout.strip() == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"ACTOR_WORDS": "组,乡"}, "ACTOR_WORDS 写的是“组,乡”，看不懂。要写三个不同的称呼"),
        (
            {"VILLAGE_CODE_CHANGES": "500224"},
            "里的“500224”看不懂。要写成 旧代码的开头>新代码的开头",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path, given, told):
    done = manage("check", folder=tmp_path, **given)

    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_file_beside_the_plan_is_read_line_by_line(tmp_path):
    path = tmp_path / "town.env"

    assert shipped_town(path) == {}  # 没有带方案的，什么镇也不是
    path.write_text("# 说明\nTOWN_NAME=甲镇 \n\n不是一项\nMAP_MERIDIAN=117\n", encoding="utf-8")
    assert shipped_town(path) == {"TOWN_NAME": "甲镇", "MAP_MERIDIAN": "117"}


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("甲镇耕地保护任务管理系统", "甲镇耕地保护"),
        ("青石乡粮食生产调度系统", "青石乡粮食生产"),
        ("甲镇田长平台", "甲镇田长"),
        ("管理系统", "管理系统"),
        ("甲镇耕地", "甲镇耕地"),
    ],
)
def test_the_head_of_a_page_says_the_title_without_its_ending(title, short):
    assert short_title(title) == short


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("500224>500151", [("500224", "500151")]),
        ("1101＞1102、1103→1104", [("1101", "1102"), ("1103", "1104")]),
    ],
)
def test_changed_codes_are_pairs_of_beginnings(text, pairs):
    assert code_changes(text) == pairs


@pytest.mark.parametrize("text", ["500224", "500224>5001", "a>b", "1>2>3", ">", "1" * 13 + ">1"])
def test_unclear_changes_are_refused(text):
    with pytest.raises(ValueError, match="要写成 旧代码的开头>新代码的开头"):
        code_changes(text)
