"""退回的理由。"""

from django.db import models


class Reason(models.Model):
    """退回理由：核实时可以勾选的理由，按顺序列出；停用的不再列出，旧记录不变。"""

    text = models.CharField("理由", max_length=100, unique=True)
    needs_note = models.BooleanField(
        "要写明", default=False, help_text="如“其他”，勾了就要写说明。"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "退回理由"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text
