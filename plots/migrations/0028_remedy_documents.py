"""整改方式改成整改路径：图斑上原来写在程序里的六种，换成表里同样的一条；另添交来的材料。"""

import json
import zlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import taiping.ground.dates

KNOWN = ("CONVERSION", "FACILITY", "TITLE", "COUNCIL", "RECLAIM", "OTHER")


def _code(old):
    """原来存的 → 路径的代码；没有填的是 None。"""
    if not old:
        return None
    return (old if old in KNOWN else "OTHER").lower()


def _old(code):
    if not code:
        return ""
    return code.upper() if code.upper() in KNOWN else "OTHER"


def _rewrite(apps, convert):
    patches = apps.get_model("plots", "Patch").objects
    for old in list(patches.order_by().values_list("remedy", flat=True).distinct()):
        patches.filter(remedy=old).update(remedy=convert(old))
    for before in apps.get_model("plots", "BatchBefore").objects.iterator():
        changes = json.loads(zlib.decompress(bytes(before.packed)))
        pairs = [values for _, values, _ in changes if "remedy" in values]
        for values in pairs:
            values["remedy"] = [convert(value) for value in values["remedy"]]
        if pairs:
            text = json.dumps(changes, ensure_ascii=False)
            before.packed = zlib.compress(text.encode(), level=1)
            before.save(update_fields=["packed"])


def to_codes(apps, schema_editor):
    _rewrite(apps, _code)
    _look_at_references(schema_editor)


def to_words(apps, schema_editor):
    apps.get_model("plots", "Patch").objects.filter(remedy=None).update(remedy="")
    _rewrite(apps, _old)
    _look_at_references(schema_editor)


def _look_at_references(schema_editor):
    """同一个事务里刚写过的行，PostgreSQL 还有引用没有看，就不让接着改表。"""
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):

    dependencies = [
        ('plots', '0027_found_on_duty'),
        ('tasks', '0011_remedy_routes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='columnalias',
            name='field',
            field=models.CharField(choices=[('CODE', '图斑编号'), ('VILLAGE', '村'), ('VILLAGE_CODE', '村代码（坐落单位代码）'), ('AREA', '面积（单位看表头）'), ('AREA_MU', '面积（亩）'), ('AREA_SQM', '面积（平方米）'), ('AREA_HA', '面积（公顷）'), ('PLACE', '小地名'), ('CONTRACTOR', '承包人（项目主体）'), ('LAND_BEFORE', '变化前地类'), ('LAND_AFTER', '变化后地类'), ('REMEDY', '整改路径'), ('TARGET', '目标任务'), ('STATUS', '状态（国土调查云）'), ('SENT_AT', '提交时间（国土调查云）'), ('REF', '上传编号（国土调查云）'), ('SENDER', '提交人（国土调查云）'), ('IGNORE', '不导入')], max_length=12, verbose_name='是什么'),
        ),
        migrations.AlterField(
            model_name='patch',
            name='remedy',
            field=models.CharField(blank=True, max_length=30, null=True, verbose_name='整改方式'),
        ),
        migrations.RunPython(to_codes, to_words),
        migrations.AlterField(
            model_name='patch',
            name='remedy',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='patches', to='tasks.remedyroute', to_field='code', verbose_name='整改路径'),
        ),
        migrations.CreateModel(
            name='RemedyDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='编号或数')),
                ('on', models.DateField(verbose_name='日期')),
                ('files', models.ManyToManyField(blank=True, related_name='remedy_documents', to='plots.attachment', verbose_name='附件')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('created_at', models.DateTimeField(default=taiping.ground.dates.now, verbose_name='录入时间')),
                ('client_key', models.UUIDField(editable=False, null=True, unique=True, verbose_name='提交标识')),
                ('withdrawn_on', models.DateField(blank=True, editable=False, null=True, verbose_name='撤回日期')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='撤回录入时间')),
                ('withdrawal_reason', models.CharField(blank=True, editable=False, max_length=200, verbose_name='撤回理由')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='录入人')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tasks.remedyitem', verbose_name='材料')),
                ('patch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='plots.patch', verbose_name='图斑')),
                ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人')),
            ],
            options={
                'verbose_name': '交来的材料',
                'verbose_name_plural': '交来的材料',
                'ordering': ['patch', 'created_at', 'pk'],
                'indexes': [models.Index(fields=['patch', 'item'], name='remedy_document_of_patch')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawal_reason', ''), ('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True), ('withdrawn_on__isnull', True)), models.Q(models.Q(('withdrawal_reason', ''), _negated=True), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), ('withdrawn_on__isnull', False)), _connector='OR'), name='remedy_document_withdrawal_is_whole', violation_error_message='撤回的日期、时间、人和理由要么都有，要么都没有。'), models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), ('withdrawn_on__gte', models.F('on')), _connector='OR'), name='remedy_document_is_not_withdrawn_before_its_day', violation_error_message='撤回日期不能早于材料的日期。')],
            },
        ),
    ]
