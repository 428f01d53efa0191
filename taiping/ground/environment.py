"""设置里的数：.env 里空着的照默认；写的不是数的，用一句话说明，不是一堆英文的出错信息。"""

from math import isfinite

import environ
from django.core.exceptions import ImproperlyConfigured

SHOWN = 40


class Environment(environ.Env):
    def int(self, var: str, default: int) -> int:
        return self._number(var, default, int, "整数")

    def float(self, var: str, default: float) -> float:
        return self._number(var, default, float, "数")

    def _number(self, var, default, cast, word):
        text = self.str(var, default="").strip()
        if not text:
            return default
        try:
            number = cast(text)
            known = isfinite(number)
        except (ValueError, OverflowError):
            known = False
        if not known:
            raise ImproperlyConfigured(
                f"{var} 要写{word}，现在写的是“{text[:SHOWN]}”：请在 .env 里改成 {var}={default} 的样子，"
                "或留空照默认。"
            )
        return number
