"""表头的写法：上级表格里一列叫什么，对到图斑的哪一项。"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from plots.models.columns import Field
from taiping.ground.tables import tidy_header


class ColumnAlias(models.Model):
    """列名：上级表格里的一种表头，对到图斑的哪一项；遇到新写法，加一条就认得。"""

    text = models.CharField(
        "表头", max_length=60, unique=True, help_text="括号、空格、大小写和单位不用管。"
    )
    field = models.CharField("是什么", max_length=12, choices=Field)
    order = models.PositiveSmallIntegerField(
        "先后", default=50, help_text="一张表里有几列都像同一项时，数小的优先，其余按其他列保留。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "表头的写法"
        ordering = ["field", "order", "text"]
        constraints = [
            models.CheckConstraint(
                condition=Q(field__in=Field.values), name="column_alias_field_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.text} → {self.get_field_display()}"

    def clean(self):
        others = ColumnAlias.objects.exclude(pk=self.pk).values_list("text", "field")
        same = [text for text, _ in others if tidy_header(text) == tidy_header(self.text)]
        if same:
            raise ValidationError(
                {"text": f"已经有“{same[0]}”了，只是括号、空格或大小写不同；请改那一条。"}
            )
