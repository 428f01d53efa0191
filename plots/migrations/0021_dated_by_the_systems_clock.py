"""录入、上传的时刻照系统里的现在（taiping/ground/dates.py）；库里一个字不动，所以只改记着的样子，不重建表。"""

from django.db import migrations, models

import taiping.ground.dates


class Migration(migrations.Migration):

    dependencies = [
        ('plots', '0020_found_in_the_field'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.AlterField(
                model_name='batch',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='上传时间'),
            ),
            migrations.AlterField(
                model_name='evidence',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='上传时间'),
            ),
            migrations.AlterField(
                model_name='geometrycheck',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='发现时间'),
            ),
            migrations.AlterField(
                model_name='patch',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='录入时间'),
            ),
            migrations.AlterField(
                model_name='rectificationrecord',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='录入时间'),
            ),
        ]),
    ]
