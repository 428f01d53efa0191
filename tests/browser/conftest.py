"""浏览器测试的装置：网站前面的一条线（line）。"""

import pytest

from tests.browser.line import Line


@pytest.fixture
def line(live_server):
    """立在测试网站前面的线，见 Line；浏览器从 line.url 进，网站也认得（127.0.0.1，浏览器当它是安全的来源）。"""
    with Line(live_server.thread.port) as line:
        yield line
