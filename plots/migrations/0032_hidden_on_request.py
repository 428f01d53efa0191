from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plots", "0031_codes_compare_in_one_form"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="with_hidden",
            field=models.BooleanField(default=False, verbose_name="连隐藏的一起读"),
        ),
    ]
