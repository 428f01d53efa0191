"""时间节点自己的任务数：空着就是整项任务的。"""

import django.core.validators
from django.db import migrations, models

import taiping.ground.area


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0005_readings_withdrawn_or_entered_by_villages'),
    ]

    operations = [
        migrations.AddField(
            model_name='milestone',
            name='quota',
            field=taiping.ground.area.MuField(blank=True, help_text='到这一步要完成的数，如一季度要到多少；留空就是整项任务的任务数。', null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='任务数'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='quota_count',
            field=models.PositiveIntegerField(blank=True, help_text='个；留空就是整项任务的任务个数。', null=True, verbose_name='任务个数'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('quota__isnull', True), ('quota__gte', 0), _connector='OR'), name='milestone_quota_is_not_negative', violation_error_message='任务数不能是负数。'),
        ),
    ]
