"""同一刻的数据：几句查询看到的是数据库同一个时刻的样子，前后对得上。"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """块里的查询读到同一刻的数据，只读；别人照常写，谁也不等谁。已经在事务里就用那个事务。

    SQLite（WAL）是一个延迟事务，PostgreSQL 是 REPEATABLE READ。
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # 不用 atomic：它一开始就取写锁（见 settings），取数期间别人就写不了。
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
