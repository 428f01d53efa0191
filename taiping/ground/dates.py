"""日期的写法：各处一样。"""


def long_date(day):
    """“2024年9月5日”。"""
    return f"{day.year}年{short_date(day)}"


def short_date(day):
    """“9月5日”。"""
    return f"{day.month}月{day.day}日"


def date_beside(day, other):
    """和 other 同一年的不写年。"""
    return short_date(day) if day.year == other.year else long_date(day)
