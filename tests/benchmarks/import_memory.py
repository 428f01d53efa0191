"""新开的进程里导入一份表，印出这个进程最多占了多少兆：python -m tests.benchmarks.import_memory 表.xlsx

数据库是 DATABASE_URL 指的那个，空的先建表、造一项任务；读文件的另一个进程不算在内。
"""

import json
import resource
import sys
from pathlib import Path

import django


def main(path):
    django.setup()
    from django.core.management import call_command

    from plots.models import Patch
    from tasks.models import Target
    from tests.benchmarks.import_world import bring_in, make_world
    from tests.worlds.factories import make_user
    from villages.models import Role, User

    call_command("migrate", verbosity=0)
    if not Target.objects.exists():
        make_world()
        make_user(role=Role.STAFF)
    bring_in(Target.objects.get(), Path(path).read_bytes(), User.objects.get())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"peak": peak, "patches": Patch.objects.count()}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
