"""账号和村的表单：给人看的话和给人的规矩都在这里。"""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from villages.accounts.passwords import set_own_password
from villages.accounts.phones import masked
from villages.models import Role, User, Village

LONGEST_PASSWORD = 1000  # 散列值算得慢：十几 MB 的“密码”不值得算


def at_most(field: forms.Field, longest: int) -> None:
    """这一格最多多少个字。服务器来拦：浏览器的 maxlength 拦不住不用浏览器的人。"""
    field.validators.append(
        MaxLengthValidator(longest, f"{field.label}最多 {longest} 个字，请核对后再填。")
    )


class LoginForm(AuthenticationForm):
    stay = forms.BooleanField(label="在这台手机上保持登录", required=False)

    error_messages = {
        "invalid_login": "用户名或密码不对，请核对后再试，注意字母大小写。忘了密码或账号已停用，请找管理员。",
        "inactive": "这个账号已停用，请找管理员。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"
        at_most(self.fields["username"], User._meta.get_field("username").max_length)
        at_most(self.fields["password"], LONGEST_PASSWORD)
        if settings.PHONE_LOGIN_DAYS > 0:
            self.fields[
                "stay"
            ].help_text = f"只给村支部书记；{settings.PHONE_LOGIN_DAYS} 天不用才要重新登录；别人也用的手机不要勾。"
        else:
            del self.fields["stay"]

    def clean(self):
        if "username" in self.errors:  # 太长的不原样送回去
            self.data = self.data.copy()
            longest = self.fields["username"].max_length
            self.data["username"] = self.data.get("username", "")[:longest]
        return super().clean()


class ReminderForm(forms.ModelForm):
    """每天的提醒送到哪里：本人的邮箱，要不要送。不用勾选框：没有交来这一格的，不能当成不要。"""

    reminded_by_email = forms.TypedChoiceField(
        label="每天的提醒发到邮箱",
        choices=[("yes", "要发"), ("no", "不发")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ["email", "reminded_by_email"]
        labels = {"email": "邮箱"}
        error_messages = {"email": {"invalid": "这不像邮箱，请写成 名字@网站 的样子，或留空。"}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        at_most(self.fields["email"], User._meta.get_field("email").max_length)
        self.initial["reminded_by_email"] = "yes" if self.instance.reminded_by_email else "no"


def password_rules() -> str:
    """设置里的密码要求，合成一句话。"""
    rules = [
        text.removeprefix("你的密码").rstrip("。") for text in password_validators_help_texts()
    ]
    return "；".join(rules) + "。"


class OwnPasswordForm(PasswordChangeForm):
    """本人改密码；新密码不能和现在的一样，发放的密码因此一定会被换掉。"""

    error_messages = {
        "password_incorrect": "现在的密码不对，请重新填写。",
        "password_mismatch": "两次填的新密码不一样，请重新填写。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "现在的密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password1"].help_text = password_rules()
        self.fields["new_password2"].label = "再填一次新密码"
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            at_most(field, LONGEST_PASSWORD)

    def clean_new_password1(self):
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError("新密码和现在的一样，请换一个。")
        return password

    def save(self, commit=True):
        set_own_password(self.user, self.cleaned_data["new_password1"])
        return self.user


class AccountForm(forms.ModelForm):
    """管理员建账号、改账号；密码不在这里，由系统发放。"""

    class Meta:
        model = User
        fields = ["username", "name", "role", "phone", "is_active"]
        help_texts = {
            "is_active": "要停用就去掉勾：停用后登录不了，正在用的登录马上退出，做过的记录都留着。"
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.phone:  # 只看得见头尾；要看全号，按“显示完整电话”，会留记录
            self.initial["phone"] = masked(self.instance.phone)
            self.fields["phone"].help_text = "只显示头尾。不改就不用动，要改就填完整的新号码。"

    def clean_username(self):
        """登录失败不分大小写地数（villages.accounts.lockout）：两个账号只差大小写，就数到一起去了。"""
        username = self.cleaned_data["username"]
        twin = User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).first()
        if twin and twin.username != username:
            raise ValidationError(
                f"已经有用户名“{twin.username}”，只差大小写，容易认错。请换一个用户名。"
            )
        return username

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        is_untouched = phone and phone == masked(self.instance.phone)
        return self.instance.phone if is_untouched else phone

    def clean(self):
        data = super().clean()
        stays = data.get("role", self.instance.role) == Role.ADMIN and data.get("is_active", True)
        if not stays and is_last_admin(self.instance):
            raise ValidationError(
                "这是最后一个能用的管理员账号，不能停用，也不能改成别的角色。请先另设一名管理员。"
            )
        return data


def is_last_admin(user: User) -> bool:
    """库里除了他再没有能用的管理员。锁住这几行，两个管理员同时互相停用也留得下一个。"""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    return user.pk is not None and list(admins.values_list("pk", flat=True)) == [user.pk]


class VillageForm(forms.ModelForm):
    """村的名字和别名：一种写法只能指一个村，否则导入时分不清。"""

    class Meta:
        model = Village
        fields = ["name", "code", "aliases", "order"]

    def clean_name(self):
        name = "".join(self.cleaned_data["name"].split())
        if taken := self._others().get(name):
            raise ValidationError(
                f"“{name}”已经是{taken}的名字或别名，请先到那里去掉，或换一个名字。"
            )
        return name

    def clean_aliases(self):
        aliases = Village(aliases=self.cleaned_data["aliases"].replace(",", "、")).alias_list
        aliases = list(dict.fromkeys("".join(alias.split()) for alias in aliases))
        others = self._others()
        errors = [
            f"“{alias}”已经是{others[alias]}的名字或别名，一种写法只能指一个村，请去掉。"
            for alias in aliases
            if alias in others
        ]
        if errors:
            raise ValidationError(errors)
        return "、".join(aliases)

    def _others(self):
        """别的村占用的写法 → 那个村的名字。"""
        taken = {}
        for village in Village.objects.exclude(pk=self.instance.pk):
            taken[village.name] = village.name
            for alias in village.alias_list:
                taken[alias.strip()] = village.name
        return taken
