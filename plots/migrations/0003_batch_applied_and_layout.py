import django.utils.timezone
from django.db import migrations, models


def mark_as_applied(apps, schema_editor):
    """有了“上传”和“导入”之分以前，留下来的批次都是已经导入的。"""
    apps.get_model("plots", "Batch").objects.update(applied_at=models.F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('plots', '0002_reasons'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='applied_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='导入时间'),
        ),
        migrations.AddField(
            model_name='batch',
            name='layout',
            field=models.JSONField(blank=True, default=dict, verbose_name='手工对的列'),
        ),
        migrations.AlterField(
            model_name='batch',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='上传时间'),
        ),
        migrations.RunPython(mark_as_applied, migrations.RunPython.noop),
    ]
