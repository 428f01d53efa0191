"""表上说的“原照片”：读得懂的才认，别的当没有，从不出错。"""

import json

import pytest

from plots.pages.file_fields import OriginalsField

SENT, ORIGINAL = "a" * 64, "b" * 64


def test_the_original_is_known_by_what_was_sent():
    given = json.dumps({SENT: [ORIGINAL, 5_240_296]})

    assert OriginalsField().clean(given) == {SENT: (ORIGINAL, 5_240_296)}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "不是 JSON",
        "[]",
        "[[1, 2]]",
        "{}",
        json.dumps({SENT: ORIGINAL}),
        json.dumps({SENT: [ORIGINAL]}),
        json.dumps({SENT: ["短", 5]}),
        json.dumps({SENT: [ORIGINAL, -5]}),
        json.dumps({SENT: [ORIGINAL, "很多"]}),
        json.dumps({SENT: [ORIGINAL, 1e400]}),
        json.dumps({SENT: [ORIGINAL, 10**12]}),
        "[" * 4000,
    ],
)
def test_anything_else_is_no_original(given):
    assert OriginalsField().clean(given) == {}
