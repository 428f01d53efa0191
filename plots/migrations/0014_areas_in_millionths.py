import django.core.validators
from django.db import migrations

import taiping.area
import taiping.ground.area


def area(model, name, **given):
    return taiping.area.ToMillionths(
        model_name=model, name=name, field=taiping.ground.area.MuField(**given)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("plots", "0013_batch_unreadable"),
    ]

    operations = [
        area("patch", "area_mu", verbose_name="面积（亩）"),
        area(
            "rectificationrecord",
            "area_mu",
            default=0,
            validators=[django.core.validators.MinValueValidator(0)],
            verbose_name="面积（亩）",
        ),
        area("patchshape", "measured_mu", verbose_name="量算面积（亩）"),
    ]
