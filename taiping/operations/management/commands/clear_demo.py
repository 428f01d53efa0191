"""清掉演示数据，正式数据一行不动。"""

from django.conf import settings
from django.core.management.base import BaseCommand

from taiping import demo
from taiping.demo import day
from taiping.demo.patches import BY_REAL_USERS
from villages.models import Role, User


class Command(BaseCommand):
    help = "清掉全部演示数据（账号、监测、图斑、整改记录、照片、奖补、考核），别的一行不动。"

    def handle(self, *args, **options):
        removed = {what: count for what, count in demo.clear().items() if count}
        was_fixed = day.release()
        if not removed:
            self.stdout.write("没有演示数据，什么也没动。")
        kept = removed.pop("停用的账号", 0)
        by_real_users = removed.pop(BY_REAL_USERS, 0)
        for what, count in removed.items():
            self.stdout.write(f"已删除演示{what} {count} 条。")
        if by_real_users:
            self.stdout.write(
                f"其中 {by_real_users} 条整改记录是正式账号录在演示图斑上的，随图斑一起删了。"
            )
        if kept:
            self.stdout.write(f"有 {kept} 个演示账号经手过正式数据，不能删，已停用，不能再登录。")
        if settings.FIXED_TODAY:
            self.stdout.write(f"{day.sentence()}这是设置里的 FIXED_TODAY 定的，正式使用请去掉它。")
        elif was_fixed:
            self.stdout.write("系统里的今天不再固定，照真的日期；正在运行的服务请停下，重新启动。")
        if not User.objects.filter(role=Role.ADMIN, is_active=True).exists():
            self.stdout.write(
                "现在没有管理员账号，运行 python3 manage.py quickstart --no-demo 会建一个。"
            )
