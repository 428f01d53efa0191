"""密码的要求：几类字符、不含本人的名字和电话、不和用过的一样。长度和太常见的由 Django 管。"""

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from villages.models import PastPassword


class KindsValidator:
    """大写字母、小写字母、数字、其他符号，至少占几类。"""

    def __init__(self, kinds=3):
        self.kinds = kinds

    def validate(self, password, user=None):
        found = {_kind_of(letter) for letter in password}
        if len(found) < self.kinds:
            raise ValidationError(
                f"密码里只有 {len(found)} 类字符。{self.get_help_text()}", code="password_few_kinds"
            )

    def get_help_text(self):
        return f"大写字母、小写字母、数字、符号这四类，至少要有 {self.kinds} 类。"


def _kind_of(letter):
    if letter.isdigit():
        return "digit"
    if letter.isupper():
        return "upper"
    return "lower" if letter.islower() else "other"


class PersonalValidator:
    """不含用户名、姓名、电话：Django 只比像不像，藏在长密码里的看不出来。"""

    fields = (("username", "用户名"), ("name", "姓名"), ("phone", "电话"))

    def validate(self, password, user=None):
        for field, word in self.fields:
            value = (getattr(user, field, "") or "").lower()
            shortest = 4 if value.isascii() else 2  # 再短的到处都是
            if len(value) >= shortest and value in password.lower():
                raise ValidationError(
                    f"密码里有您的{word}，别人容易猜到，请换一个。", code="password_personal"
                )

    def get_help_text(self):
        return "不能含有用户名、姓名或电话。"


class NotReusedValidator:
    """记住最近用过的几个密码（只记散列值），新的不能和它们一样。"""

    def __init__(self, remember=5):
        self.remember = remember

    def validate(self, password, user=None):
        if not self.remember or user is None or user.pk is None:
            return
        past = PastPassword.objects.filter(user=user).values_list("hash", flat=True)
        if any(check_password(password, encoded) for encoded in past[: self.remember]):
            raise ValidationError("这个密码您以前用过，请换一个没用过的。", code="password_reused")

    def password_changed(self, password, user=None):
        """Django 在密码存好以后来告诉一声；发放的、自己改的、命令行改的都经过这里。"""
        PastPassword.objects.create(user=user, hash=user.password)
        past = PastPassword.objects.filter(user=user)
        kept = past.values_list("pk", flat=True)[: max(self.remember, 1)]
        past.exclude(pk__in=list(kept)).delete()

    def get_help_text(self):
        return f"不能和最近用过的 {self.remember} 个密码一样。" if self.remember else ""
