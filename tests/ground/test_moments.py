"""时刻的写法：国土调查云、别的系统、表格软件各写各的，是同一个时刻。"""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from taiping.ground.tables import as_moment

NOON = datetime(2024, 9, 5, 15, 4)
EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024/9/5 15:04", NOON),
        ("2024.9.5 15:04:00", NOON),
        ("2024年9月5日15时04分", NOON),
        ("2024年9月5日 星期四 15:04", NOON),
        ("2024-09-05 下午 3:04", NOON),
        ("2024-09-05 3:04 PM", NOON),
        ("２０２４－９－５　１５：０４", NOON),
        ("20240905150400", NOON),
        ("202409051504", NOON),
        ("20240905T150400", NOON),
        ("45540.627778", NOON),
        ("2024-09-04 24:00", datetime(2024, 9, 5)),
        ("2024-09-05 上午 12:30", datetime(2024, 9, 5, 0, 30)),
        ("2024-09-05", datetime(2024, 9, 5)),
        ("20240905", datetime(2024, 9, 5)),
        ("2024-09-05T07:04:00.000Z", NOON.replace(hour=7, tzinfo=UTC)),
        ("2024-09-05T15:04:00+08:00", NOON.replace(tzinfo=EAST)),
        ("2024-09-05 15:04:00 +0800", NOON.replace(tzinfo=EAST)),
        (1725519840000, NOON.replace(hour=7, tzinfo=UTC)),
        (1725519840, NOON.replace(hour=7, tzinfo=UTC)),
        (45540.627778, NOON),
    ],
)
def test_one_moment_in_every_spelling(written, moment):
    assert as_moment(written) == moment


@pytest.mark.parametrize("written", ["9/5/2024 3:04", "2024-09-05 25:00", "2024-13-05 1:00", "99"])
def test_what_may_be_two_moments_or_none_is_refused_with_what_is_written(written):
    with pytest.raises(ValueError, match=f"“{written}”不是时间"):
        as_moment(written)
