import django.core.validators
from django.db import migrations

import taiping.area
import taiping.ground.area


def amount(model, name, **given):
    return taiping.area.ToMillionths(
        model_name=model,
        name=name,
        field=taiping.ground.area.MuField(
            validators=[django.core.validators.MinValueValidator(0)], **given
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0002_plan_file_unreadable"),
    ]

    operations = [
        amount(
            "target",
            "quota",
            blank=True,
            null=True,
            help_text="按本任务的单位；方案没定数就留空。",
            verbose_name="任务数",
        ),
        amount(
            "allocation",
            "quota",
            blank=True,
            null=True,
            help_text="空就是未分解。",
            verbose_name="任务数",
        ),
        amount("reading", "value", verbose_name="数值"),
    ]
