"""录入、上传的时刻照系统里的现在（taiping/ground/dates.py）；库里一个字不动，所以只改记着的样子，不重建表。"""

from django.db import migrations, models

import taiping.ground.dates


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0006_milestone_quota'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.AlterField(
                model_name='planfile',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='上传时间'),
            ),
            migrations.AlterField(
                model_name='reading',
                name='created_at',
                field=models.DateTimeField(default=taiping.ground.dates.now, verbose_name='录入时间'),
            ),
        ]),
    ]
