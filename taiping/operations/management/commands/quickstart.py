"""一条命令立起来：建表、装方案、发账号、收集静态文件、开始服务。再运行一次什么也不改。"""

import hashlib
import os
import socket
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from taiping import demo
from taiping.demo import day
from taiping.demo.accounts import issue
from taiping.demo.timelines import moment
from taiping.ground.dates import fixed_day
from taiping.operations import checks
from taiping.operations.management.commands import serve
from taiping.operations.versions import NewerDatabase, refuse_newer_database
from tasks.models import Plan
from villages.models import Role, User, Village

HOST = "127.0.0.1"
PLAN_FIXTURE = "plan_2024"


def is_free(port):
    with socket.socket() as probe:
        if os.name != "nt":  # Windows 上这个选项反而能抢到别人正在用的端口
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


class Command(BaseCommand):
    help = "建表、装 2024 年方案和演示数据、发放账号，然后在本机服务。再运行一次几秒就起来，什么也不改。"
    requires_system_checks = ()  # 表还没建；migrate 自己会检查

    def add_arguments(self, parser):
        parser.add_argument(
            "--port", type=int, default=settings.SERVE_PORT, help="端口，默认 %(default)s"
        )
        parser.add_argument(
            "--no-demo", action="store_true", help="不要演示数据，只有方案和一个管理员"
        )
        parser.add_argument(
            "--demo-day",
            default="",
            metavar="日期",
            help="演示在哪一天，默认 2024-10-20，别的年份的方案是它走到五分之四的那天："
            "系统里的今天固定在这天，演示数据也到这天为止",
        )
        parser.add_argument(
            "--plan",
            type=Path,
            metavar="文件",
            help="装这一份方案表（.xlsx、.json），不装随系统带的",
        )
        parser.add_argument(
            "--town", default="", metavar="镇名", help="哪个镇，写进 .env，页面抬头和文件名用它"
        )
        parser.add_argument("--no-serve", action="store_true", help="准备好就停，不开始服务")

    def handle(self, *args, port, no_demo, demo_day, plan, town, no_serve, **options):
        self.refuse_nameless(plan, town)
        given = self.asked_day(demo_day, no_demo)
        if not no_serve and not is_free(port):
            self.refuse(port)
        self.refuse_newer()
        self.migrate()
        self.load_plan(plan)
        self.collect_static()
        checks.close_to_others(self.stdout, self.stderr)
        self.open_accounts(no_demo, given)
        if fixed_day():
            self.stdout.write(day.sentence())
        if no_serve:
            self.stdout.write("已准备好。去掉 --no-serve 再运行一次就开始服务。")
            return
        try:
            server = serve.open_server(HOST, port)
        except OSError:
            self.refuse(port)
        self.stdout.write(f"\n请用浏览器打开 http://{HOST}:{port}/ ，按 Ctrl+C 停止。")
        self.stdout.flush()
        serve.run(server, self.stdout)

    def asked_day(self, text, no_demo):
        if text and no_demo:
            raise CommandError("--no-demo 不装演示数据，不能再写 --demo-day，请去掉一个。")
        try:
            return day.asked(text)
        except ValueError as refusal:
            raise CommandError(str(refusal)) from None

    def refuse(self, port):
        nearby = range(port + 1, min(port + 100, 65536))
        free = next((number for number in nearby if is_free(number)), None)
        advice = "请换一个端口。"
        if free:
            advice = f"可以改用：python3 manage.py quickstart --port {free}"
        raise CommandError(f"端口 {port} 已被占用，可能系统已经在运行，或用不了这个端口。{advice}")

    def refuse_nameless(self, plan, town):
        """装别的镇的方案，抬头不能还是随系统带的那个镇。"""
        if plan and not town and settings.TOWN_NAME == settings.SHIPPED_TOWN:
            raise CommandError(
                "写了 --plan，也要写 --town 镇名，页面抬头和文件名用它，如 --town 甲镇。"
            )

    def refuse_newer(self):
        try:
            refuse_newer_database()
        except NewerDatabase as newer:
            raise CommandError(str(newer)) from None

    def migrate(self):
        executor = MigrationExecutor(connection)
        steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if steps:
            self.stdout.write(f"正在建立或更新数据表，{len(steps)} 步…")
            self.stdout.flush()
            call_command("migrate", verbosity=0, interactive=False)

    def load_plan(self, file):
        if Plan.objects.exists() or Village.objects.exists():  # 办公室改过的方案和村，绝不覆盖
            if file:
                self.stdout.write(
                    f"系统里已经有方案，没有装 {file.name}。要装进来请运行：python3 manage.py import_plan {file}"
                )
            return
        if file:
            call_command("import_plan", file, stdout=self.stdout, stderr=self.stderr)
        else:
            call_command("loaddata", PLAN_FIXTURE, verbosity=0)
        for plan in Plan.objects.all():
            targets = plan.targets.filter(parent=None).count()  # “其中”不另算一项
            villages = Village.objects.count()
            self.stdout.write(f"已装入《{plan.title}》：{targets} 项目标任务，{villages} 个村。")

    def collect_static(self):
        """文件没变就不重做：看每个静态文件的路径、大小和修改时间。"""
        seen = hashlib.sha256()
        for finder in get_finders():
            for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
                seen.update(
                    f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode()
                )
        stamp = settings.DATA_DIR / "static.sha256"
        is_collected = stamp.exists() and settings.STATIC_ROOT.exists()
        if is_collected and stamp.read_text() == seen.hexdigest():
            return
        self.stdout.write("正在收集静态文件…")
        self.stdout.flush()
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(seen.hexdigest())

    def load_demo(self, given):
        """今天先定在那一天，演示数据造到那天零点：那一天里的事都留给看演示的人办。"""
        try:
            chosen = day.chosen(given)
        except ValueError as refusal:
            raise CommandError(str(refusal)) from None
        day.fix(chosen)
        return demo.load(self.stdout, moment(chosen, 0))

    def open_accounts(self, no_demo, given):
        if day.release_without_demo():
            self.stdout.write("没有演示账号，系统里的今天不再固定，照真的日期。")
        if not no_demo and not User.objects.exists():
            self.show(self.load_demo(given))
        elif no_demo and not User.objects.filter(role=Role.ADMIN, is_active=True).exists():
            username = self.free_username("admin")
            self.show([issue(username, "管理员", Role.ADMIN, must_change_password=True)])
            self.stdout.write("首次登录要先改密码。")
        else:
            if not no_demo and not User.objects.filter(is_demo=True).exists():
                self.stdout.write("已有正式账号，没有加演示数据。")
            elif given and given != fixed_day():
                self.stdout.write(
                    "演示数据已经装好，--demo-day 没有用上。要换一天，先运行 clear_demo，再运行这一条。"
                )
            self.stdout.write(
                "账号都在，密码不再显示。忘了密码请管理员在“后台 → 账号”里重新发放；"
                "管理员自己忘了，运行 python3 manage.py changepassword 用户名。"
            )

    def free_username(self, wanted):
        names = [wanted, *(f"{wanted}{number}" for number in range(2, 100))]
        return next(name for name in names if not User.objects.filter(username=name).exists())

    def show(self, issued):
        self.stdout.write("\n账号和密码（只显示这一次，请抄下来）：")
        self.stdout.write("  用户名    密码          角色　　　  姓名（看得见的范围）")
        for account in issued:
            user = account.user
            role = f"{user.get_role_display():　<5}"  # 用全角空格补齐
            self.stdout.write(
                f"  {user.username:<8}  {account.password}  {role}  {user.name}（{account.sees}）"
            )
        self.stdout.flush()
