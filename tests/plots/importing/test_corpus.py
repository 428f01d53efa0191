"""各种各样的文件一个个试：该读进来的一块不少，该问的问，该拒绝的说清楚；README 上的数照这里。"""

from collections import Counter

import pytest

from tests import ROOT
from tests.worlds.corpus import ASKED, READ, REFUSED, cases
from tests.worlds.import_town import ImportTown
from tests.worlds.tried import outcome_of

pytestmark = pytest.mark.django_db
ALL = list(cases())
OUTCOMES = (READ, ASKED, REFUSED)


@pytest.fixture
def town(db):
    return ImportTown()


@pytest.mark.parametrize("case", ALL, ids=[f"{case.kind}-{case.what}" for case in ALL])
def test_each_file_comes_out_as_it_should(town, case):
    outcome, rows, said = outcome_of(town, case)[:3]

    assert (outcome, rows) == (case.outcome, case.rows if case.outcome == READ else 0), said
    assert case.said in said
    assert outcome == READ or said.strip().endswith("。"), said


@pytest.mark.any_database
def test_the_readme_tells_these_figures():
    """种类、试过几个：读进来、先问、用话拒绝、不对的各几个；不对的上面的测试说了没有。"""
    kinds = Counter(case.kind for case in ALL)
    outcomes = Counter((case.kind, case.outcome) for case in ALL)
    told = [
        f"{kind} {count}（{'/'.join(str(outcomes[kind, each]) for each in OUTCOMES)}/0）"
        for kind, count in kinds.items()
    ]
    every = "/".join(str(sum(outcomes[kind, each] for kind in kinds)) for each in OUTCOMES)

    text = "".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    assert "".join(f"{'、'.join(told)}；一共{len(ALL)}（{every}/0）".split()) in text
