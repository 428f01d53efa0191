#!/usr/bin/env python3
import os
import sys

from taiping.operations import bootstrap


def main():
    bootstrap.enter(sys.argv)  # 没有环境时先立起环境再回到这里；已经在环境里就什么也不做
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taiping.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # 设置写错了：说那一句话就够，看经过加 --traceback
        if "--traceback" in sys.argv:
            raise
        bootstrap.stop(f"设置不对：{error}")


if __name__ == "__main__":
    main()
