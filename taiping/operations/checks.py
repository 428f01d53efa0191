"""正式使用前看一眼（check --deploy）：谁读得到数据，今天是不是真的今天；quickstart 把以前建的收紧。"""

from pathlib import Path

from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.db import connections

from taiping.ground.dates import fixed_day, long_date
from taiping.ground.modes import is_open, tighten

MEND = "请用运行系统的用户运行 python3 manage.py quickstart --no-demo --no-serve，它会收紧；改不了的请找这台机器的管理员。"


def private_paths():
    """只该自己读得到的：数据文件夹、上传的文件、SQLite 的几个文件、.env（后几样可能在别处）。"""
    paths = [Path(settings.DATA_DIR), Path(settings.BASE_DIR) / ".env"]
    media = Path(settings.MEDIA_ROOT)
    if not media.resolve().is_relative_to(paths[0].resolve()):
        paths.append(media)
    database = connections["default"]
    if database.vendor == "sqlite":
        paths += [
            Path(f"{database.settings_dict['NAME']}{ending}") for ending in ("", "-wal", "-shm")
        ]
    return paths


@register(Tags.security, deploy=True)
def check_private(app_configs, **kwargs):
    found = [path for path in private_paths() if is_open(path)]
    return [
        Warning(f"{path} 这台机器上别的用户也读得到。", hint=MEND, id="taiping.W001")
        for path in found
    ]


@register(Tags.security, deploy=True)
def check_clock(app_configs, **kwargs):
    day = fixed_day()
    if day is None:
        return []
    return [
        Warning(
            f"系统里的今天固定在{long_date(day)}，人录入的都记成这一天。",
            hint="正式使用请清掉演示数据（clear_demo），去掉 FIXED_TODAY，再重新启动服务。",
            id="taiping.W002",
        )
    ]


def close_to_others(stdout, stderr):
    """收紧以前建的，说收紧了几个；本来就好的什么也不说。"""
    done, failed = tighten(private_paths())
    if done:
        stdout.write(f"已收紧 {done} 个文件和文件夹的权限，这台机器上别的用户不再读得到。")
    if failed:
        stderr.write(
            f"有 {failed} 个文件和文件夹属于别的用户，权限没有改成，请运行 python3 manage.py check --deploy 看是哪些。"
        )
