"""奖补标准、到位资金、拨付三张表。"""


import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import taiping.ground.area
import taiping.ground.dates
import taiping.ground.money


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0009_duties'),
        ('villages', '0005_village_word'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Subsidy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='英文小写，同一方案里不重复。', max_length=30, verbose_name='代码')),
                ('name', models.CharField(max_length=50, verbose_name='名称')),
                ('per', models.CharField(blank=True, choices=[('MU', '亩'), ('PATCH', '个')], max_length=10, verbose_name='按什么算')),
                ('rate', taiping.ground.money.YuanField(blank=True, help_text='每亩或每个多少元；空就是还没有填。', null=True, verbose_name='标准（元）')),
                ('ceiling', taiping.ground.money.YuanField(blank=True, help_text='一个村在这一条里最多得多少；空就是不封顶。', null=True, verbose_name='每村最多（元）')),
                ('basis', models.CharField(help_text='如 铜委办便笺〔2024〕36号。', max_length=100, verbose_name='依据文件')),
                ('clause', models.CharField(blank=True, max_length=100, verbose_name='方案条款')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='顺序')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                ('milestone', models.ForeignKey(blank=True, help_text='这一步完成了才得，要是同一项任务的，一般是最后的核实。', null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='subsidies', to='tasks.milestone', verbose_name='做到哪一步')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subsidies', to='tasks.plan', verbose_name='方案')),
                ('target', models.ForeignKey(blank=True, help_text='做哪项任务得奖补；文件没有写明就空着。', null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='subsidies', to='tasks.target', verbose_name='目标任务')),
            ],
            options={
                'verbose_name': '奖补标准',
                'verbose_name_plural': '奖补标准',
                'ordering': ['plan', 'order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SubsidyPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='日期')),
                ('amount', taiping.ground.money.YuanField(verbose_name='金额（元）')),
                ('created_at', models.DateTimeField(default=taiping.ground.dates.now, verbose_name='录入时间')),
                ('client_key', models.UUIDField(editable=False, null=True, unique=True, verbose_name='提交标识')),
                ('withdrawn_on', models.DateField(blank=True, editable=False, null=True, verbose_name='撤回日期')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='撤回录入时间')),
                ('withdrawal_reason', models.CharField(blank=True, editable=False, max_length=200, verbose_name='撤回理由')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                ('voucher', models.CharField(max_length=50, verbose_name='凭证号')),
                ('purpose', models.CharField(help_text='这笔钱付的是什么。', max_length=200, verbose_name='用途')),
                ('area_mu', taiping.ground.area.MuField(blank=True, null=True, verbose_name='其中付的面积（亩）')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='录入人')),
                ('subsidy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='tasks.subsidy', verbose_name='奖补标准')),
                ('village', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subsidy_payments', to='villages.village', verbose_name='村')),
                ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人')),
            ],
            options={
                'verbose_name': '拨付',
                'verbose_name_plural': '拨付',
                'ordering': ['subsidy', '-on', '-created_at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SubsidyReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='日期')),
                ('amount', taiping.ground.money.YuanField(verbose_name='金额（元）')),
                ('created_at', models.DateTimeField(default=taiping.ground.dates.now, verbose_name='录入时间')),
                ('client_key', models.UUIDField(editable=False, null=True, unique=True, verbose_name='提交标识')),
                ('withdrawn_on', models.DateField(blank=True, editable=False, null=True, verbose_name='撤回日期')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='撤回录入时间')),
                ('withdrawal_reason', models.CharField(blank=True, editable=False, max_length=200, verbose_name='撤回理由')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                ('document', models.CharField(help_text='下达这笔钱的文件。', max_length=100, verbose_name='文号')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='录入人')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subsidy_receipts', to='tasks.plan', verbose_name='方案')),
                ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人')),
            ],
            options={
                'verbose_name': '到位资金',
                'verbose_name_plural': '到位资金',
                'ordering': ['plan', '-on', '-created_at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='subsidy',
            constraint=models.UniqueConstraint(fields=('plan', 'code'), name='subsidy_code_is_unique_in_plan'),
        ),
        migrations.AddConstraint(
            model_name='subsidy',
            constraint=models.CheckConstraint(condition=models.Q(('rate__isnull', True), ('rate__gt', 0), _connector='OR'), name='subsidy_rate_is_more_than_nothing', violation_error_message='标准要大于 0 元；还不知道就空着。'),
        ),
        migrations.AddConstraint(
            model_name='subsidy',
            constraint=models.CheckConstraint(condition=models.Q(('ceiling__isnull', True), ('ceiling__gt', 0), _connector='OR'), name='subsidy_ceiling_is_more_than_nothing', violation_error_message='每村最多要大于 0 元；不封顶就空着。'),
        ),
        migrations.AddConstraint(
            model_name='subsidy',
            constraint=models.CheckConstraint(condition=models.Q(('rate__isnull', True), models.Q(('milestone__isnull', False), ('target__isnull', False), models.Q(('per', ''), _negated=True)), _connector='OR'), name='subsidy_with_a_rate_says_what_earns_it', violation_error_message='填了标准，就要写明目标任务、做到哪一步、按亩还是按个。'),
        ),
        migrations.AddConstraint(
            model_name='subsidypayment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='subsidypayment_is_more_than_nothing', violation_error_message='金额要大于 0 元。'),
        ),
        migrations.AddConstraint(
            model_name='subsidypayment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawal_reason', ''), ('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True), ('withdrawn_on__isnull', True)), models.Q(models.Q(('withdrawal_reason', ''), _negated=True), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), ('withdrawn_on__isnull', False)), _connector='OR'), name='subsidypayment_withdrawal_is_whole', violation_error_message='撤回的日期、时间、人和理由要么都有，要么都没有。'),
        ),
        migrations.AddConstraint(
            model_name='subsidypayment',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), ('withdrawn_on__gte', models.F('on')), _connector='OR'), name='subsidypayment_is_not_withdrawn_before_its_day', violation_error_message='撤回日期不能早于这笔钱的日期。'),
        ),
        migrations.AddConstraint(
            model_name='subsidypayment',
            constraint=models.CheckConstraint(condition=models.Q(('area_mu__isnull', True), ('area_mu__gt', 0), _connector='OR'), name='subsidypayment_area_is_more_than_nothing', violation_error_message='面积要大于 0 亩；不按面积付就空着。'),
        ),
        migrations.AddConstraint(
            model_name='subsidyreceipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='subsidyreceipt_is_more_than_nothing', violation_error_message='金额要大于 0 元。'),
        ),
        migrations.AddConstraint(
            model_name='subsidyreceipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawal_reason', ''), ('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True), ('withdrawn_on__isnull', True)), models.Q(models.Q(('withdrawal_reason', ''), _negated=True), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), ('withdrawn_on__isnull', False)), _connector='OR'), name='subsidyreceipt_withdrawal_is_whole', violation_error_message='撤回的日期、时间、人和理由要么都有，要么都没有。'),
        ),
        migrations.AddConstraint(
            model_name='subsidyreceipt',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), ('withdrawn_on__gte', models.F('on')), _connector='OR'), name='subsidyreceipt_is_not_withdrawn_before_its_day', violation_error_message='撤回日期不能早于这笔钱的日期。'),
        ),
    ]
