"""目标任务的“其中”，和每村可多可少的任务数。"""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import taiping.ground.area


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0013_stable_order'),
        ('villages', '0007_reading_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='allocation',
            name='quota_count_most',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='任务个数最多'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='quota_most',
            field=taiping.ground.area.MuField(blank=True, help_text='每村 1–3 个的，这里是 3；定了一个数的留空。', null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='任务数最多'),
        ),
        migrations.AddField(
            model_name='target',
            name='parent',
            field=models.ForeignKey(blank=True, help_text='是另一项任务的一部分（其中）的，写那一项；不是就留空。', null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='parts', to='tasks.target', verbose_name='上级任务'),
        ),
        migrations.AlterField(
            model_name='allocation',
            name='quota',
            field=taiping.ground.area.MuField(blank=True, help_text='空就是未分解；每村可多可少的，这里是最少的。', null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='任务数'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('quota_most__isnull', True), models.Q(('quota__isnull', False), ('quota_most__gt', models.F('quota'))), _connector='OR'), name='allocation_most_is_more_than_least', violation_error_message='任务数最多要比最少的大；定了一个数的，最多留空。'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('quota_count_most__isnull', True), models.Q(('quota_count__isnull', False), ('quota_count_most__gt', models.F('quota_count'))), _connector='OR'), name='allocation_most_count_is_more_than_least', violation_error_message='任务个数最多要比最少的大；定了一个数的，最多留空。'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='target_is_not_its_own_parent', violation_error_message='上级任务不能是它自己。'),
        ),
    ]
