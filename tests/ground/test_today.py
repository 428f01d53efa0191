"""系统里的今天：平常照真的钟；固定了就是那一天，一天里的先后照真的钟走。"""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from taiping.ground import dates

pytestmark = pytest.mark.any_database
DEMO_DAY = date(2024, 10, 20)


@pytest.fixture
def clock(monkeypatch):
    """真的钟停在北京时间 2026-11-28 00:30（UTC 还是前一天）；clock(…) 拨到别的时刻。"""

    def turn(*moment):
        monkeypatch.setattr(timezone, "now", lambda: datetime(*moment, tzinfo=UTC))

    turn(2026, 11, 27, 16, 30)
    return turn


def test_without_a_setting_it_is_the_real_clock(clock):
    assert dates.fixed_day() is None
    assert dates.today() == date(2026, 11, 28)
    assert dates.now() == datetime(2026, 11, 27, 16, 30, tzinfo=UTC)


def test_a_fixed_day_keeps_the_local_time_of_day(clock, settings):
    settings.FIXED_TODAY = DEMO_DAY

    assert dates.today() == DEMO_DAY
    assert dates.now() == datetime(2024, 10, 19, 16, 30, tzinfo=UTC)
    assert timezone.localdate(dates.now()) == DEMO_DAY


def test_within_the_day_later_stays_later_to_the_microsecond(clock, settings):
    settings.FIXED_TODAY = DEMO_DAY
    clock(2026, 11, 28, 3, 0, 0, 1)
    earlier = dates.now()
    clock(2026, 11, 28, 3, 0, 0, 2)

    assert earlier < dates.now()


def test_the_setting_goes_before_the_day_of_the_demo(settings):
    settings.DEMO_DAY = DEMO_DAY
    by_file = dates.today()
    settings.FIXED_TODAY = date(2024, 11, 5)

    assert (by_file, dates.today()) == (DEMO_DAY, date(2024, 11, 5))


@pytest.mark.parametrize(
    ("text", "day"),
    [("", None), ("2024-10-20", DEMO_DAY), ("2024年10月20日\n", DEMO_DAY)],
)
def test_the_day_is_read_from_the_file(tmp_path, text, day):
    file = tmp_path / "demo_day.txt"
    file.write_text(text, encoding="utf-8")

    assert dates.fixed_in_file(file) == day
    assert dates.fixed_in_file(tmp_path / "none.txt") is None


def test_what_is_not_a_day_is_refused_with_where_it_stands(tmp_path):
    file = tmp_path / "demo_day.txt"
    file.write_bytes(b"\xff\x00later")

    with pytest.raises(ValueError, match=r"^FIXED_TODAY：“明天”不是日期，请写成 2024-10-20 这样。"):
        dates.fixed_in("明天", "FIXED_TODAY")
    with pytest.raises(ValueError, match=r"demo_day\.txt：.*不是日期"):
        dates.fixed_in_file(file)
