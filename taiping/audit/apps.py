from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "taiping.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self):
        # 登录、退出、输错密码只有 Django 的这三个信号说得全：页面、后台、以后别的登录办法都从这里过。
        from django.contrib.auth import signals

        from taiping.audit import signing

        signals.user_logged_in.connect(signing.signed_in)
        signals.user_logged_out.connect(signing.signed_out)
        signals.user_login_failed.connect(signing.failed)
