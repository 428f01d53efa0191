"""三种人怎么称呼：设置里怎么写都看得懂，看不懂的说怎么写；要称呼的时候才看设置。"""

import pytest

from taiping.ground.actors import TURNS, actors, said, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("村", "镇", "区")),
        ("  ", ("村", "镇", "区")),
        ("组,乡,县", ("组", "乡", "县")),
        ("组，乡、县", ("组", "乡", "县")),
        ("社区 街道 区", ("社区", "街道", "区")),
    ],
)
def test_three_words_however_they_are_parted(text, words):
    assert words_in(text) == words


@pytest.mark.parametrize(
    "text",
    ["组", "组,乡", "组,乡,县,市", "组,组,县", "组,乡,xian", "组,乡,一二三四五", "<b>,乡,县"],
)
def test_anything_else_is_refused_with_what_to_do(text):
    with pytest.raises(ValueError, match=r"要写三个不同的称呼，从下到上，用逗号隔开"):
        words_in(text)


def test_the_words_are_asked_when_they_are_said(settings):
    sentence = said("由{镇}里核实，{村}里办，等{区}里结果")
    assert str(sentence) == "由镇里核实，村里办，等区里结果"

    settings.ACTOR_WORDS = ("组", "乡", "县")

    assert str(sentence) == "由乡里核实，组里办，等县里结果"
    assert [str(words) for _, words in TURNS] == ["组该办", "乡该办", "县该办"]
    assert (actors.word("DISTRICT"), actors.turn("VILLAGE")) == ("县", "组该办")
