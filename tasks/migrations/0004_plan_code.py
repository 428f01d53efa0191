import django.core.validators
from django.db import migrations, models


def name_by_year(apps, schema_editor):
    """以前一年一份：代码就是年度。"""
    for plan in apps.get_model("tasks", "Plan").objects.all():
        plan.code = str(plan.year)
        plan.save(update_fields=["code"])


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0003_amounts_in_millionths'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='plan',
            options={'ordering': ['-starts_on', '-year', 'code'], 'verbose_name': '年度方案', 'verbose_name_plural': '年度方案'},
        ),
        migrations.AddField(
            model_name='plan',
            name='code',
            field=models.SlugField(blank=True, default='', max_length=30, verbose_name='代码', db_index=False),
            preserve_default=False,
        ),
        migrations.RunPython(name_by_year, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='plan',
            name='code',
            field=models.SlugField(blank=True, help_text='同一个年度有两份方案时用来分开，如 2024-grain；不写就是年度。定了不要再改，地址里用它。', max_length=30, unique=True, verbose_name='代码'),
        ),
        migrations.AlterField(
            model_name='plan',
            name='year',
            field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000)], verbose_name='年度'),
        ),
    ]
