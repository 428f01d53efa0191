"""导入的预览里改了哪几格、认了哪个村、不要哪几行重复的，记在批次下面。"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import taiping.ground.dates


class Migration(migrations.Migration):

    dependencies = [
        ('plots', '0021_dated_by_the_systems_clock'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('CELL', '改了一格'), ('VILLAGE', '村的写法'), ('LEFT', '重复，不导入')], max_length=10, verbose_name='类型')),
                ('sheet', models.CharField(blank=True, max_length=200, verbose_name='工作表')),
                ('row', models.PositiveIntegerField(default=0, verbose_name='行')),
                ('column', models.PositiveSmallIntegerField(default=0, verbose_name='第几列')),
                ('header', models.CharField(blank=True, max_length=100, verbose_name='列')),
                ('found', models.CharField(blank=True, max_length=200, verbose_name='原来')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='改成')),
                ('at', models.DateTimeField(default=taiping.ground.dates.now, verbose_name='什么时候')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mends', to='plots.batch', verbose_name='批次')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁改的')),
            ],
            options={
                'verbose_name': '导入时的改动',
                'verbose_name_plural': '导入时的改动',
                'ordering': ['sheet', 'row', 'column', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('batch', 'kind', 'sheet', 'row', 'column', 'found'), name='mend_of_a_place_is_one')],
            },
        ),
    ]
