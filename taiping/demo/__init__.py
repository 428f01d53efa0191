"""演示数据：全部带 is_demo 标记，load 一次装上，clear 一次清掉，别的一行不动。

每一部分是一个模块，有 load(…) 和 clear()；先装账号，后装要写上“谁录入”的数据，清的时候反过来。
"""

from collections import Counter

from django.db import transaction

from taiping.demo import accounts, readings

PARTS = (accounts, readings)


@transaction.atomic
def load(stdout):
    """装上全部演示数据，返回发放的账号 [accounts.Issued]，密码只在这里出现一次。"""
    issued = accounts.load()
    stdout.write(f"演示账号 {len(issued)} 个，姓名都以“演示·”开头。")
    stdout.write(f"演示监测 {readings.load()} 条，来源写着“演示数据”。")
    return issued


@transaction.atomic
def clear():
    """清掉全部演示数据，返回 Counter {“账号”: 个数, …}。"""
    removed = Counter()
    for part in reversed(PARTS):
        removed.update(part.clear())
    return removed
