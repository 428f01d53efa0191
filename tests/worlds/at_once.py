"""几个人同时办一件事：各在一个线程、一个数据库连接里，同时起步。"""

import threading

from django.db import connection


def together(*calls, refusals=()):
    """每个 call 的结果，或它抛的 refusals 里的一种；抛了别的就算失败。"""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index, call):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            answers[index] = call()
        except BaseException as error:
            answers[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    errors = [answer for answer in answers if isinstance(answer, BaseException)]
    assert [error for error in errors if not isinstance(error, refusals)] == []
    return answers
