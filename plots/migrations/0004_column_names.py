from django.db import migrations, models

# 三调字段名和上级表格里见过的写法；同一项里写在前面的优先。
TEXTS = {
    "CODE": ["图斑编号", "图斑号", "TBBH", "图斑编码", "地块编号", "问题编号", "BSM", "标识码", "TBYBH", "图斑预编号"],
    "VILLAGE": [
        "村", "村（社区）", "村社区", "村名", "村名称", "行政村", "所在村", "坐落单位名称", "座落单位名称", "ZLDWMC",
        "权属单位名称", "QSDWMC",
    ],
    "VILLAGE_CODE": ["村代码", "坐落单位代码", "座落单位代码", "ZLDWDM", "权属单位代码", "QSDWDM"],
    "AREA": ["面积", "图斑面积", "地块面积", "下发面积", "流出面积"],
    "AREA_SQM": ["TBMJ", "TBDLMJ"],
    "PLACE": ["小地名", "位置", "地名", "地块位置", "具体位置"],
    "CONTRACTOR": ["承包人", "项目主体", "承包人（项目主体）", "承包人/项目主体", "承包户", "经营主体", "业主"],
    "LAND_BEFORE": ["变化前类型", "变化前地类", "前地类", "地类", "地类名称", "DLMC"],
    "LAND_AFTER": ["变化后类型", "变化后地类", "后地类"],
    "REMEDY": ["整改方式", "整改类型"],
    "TARGET": ["目标任务"],
    "STATUS": ["状态", "举证状态", "任务状态", "审核状态"],
    "SENT_AT": ["提交时间", "上传时间", "举证时间", "提交日期"],
    "REF": ["上传编号", "流水号", "举证编号", "上传流水号", "任务编号"],
    "SENDER": ["提交人", "举证人", "上传人", "调查员"],
    "IGNORE": ["序号", "乡镇街道", "乡镇（街道）", "乡镇", "镇街", "街镇", "乡镇名称", "区县", "县区"],
}


def add_names(apps, schema_editor):
    alias = apps.get_model("plots", "ColumnAlias")
    alias.objects.bulk_create(
        [
            alias(field=field, text=text, order=order)
            for field, texts in TEXTS.items() for order, text in enumerate(texts, 1)
        ],
        ignore_conflicts=True,
    )


def remove_names(apps, schema_editor):
    texts = [text for group in TEXTS.values() for text in group]
    apps.get_model("plots", "ColumnAlias").objects.filter(text__in=texts).delete()


class Migration(migrations.Migration):
    dependencies = [("plots", "0003_batch_applied_and_layout")]
    operations = [
        migrations.CreateModel(
            name='ColumnAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(help_text='括号、空格、大小写和单位不用管。', max_length=60, unique=True, verbose_name='表头')),
                ('field', models.CharField(choices=[('CODE', '图斑编号'), ('VILLAGE', '村'), ('VILLAGE_CODE', '村代码（坐落单位代码）'), ('AREA', '面积（单位看表头）'), ('AREA_MU', '面积（亩）'), ('AREA_SQM', '面积（平方米）'), ('AREA_HA', '面积（公顷）'), ('PLACE', '小地名'), ('CONTRACTOR', '承包人（项目主体）'), ('LAND_BEFORE', '变化前地类'), ('LAND_AFTER', '变化后地类'), ('REMEDY', '整改方式'), ('TARGET', '目标任务'), ('STATUS', '状态（国土调查云）'), ('SENT_AT', '提交时间（国土调查云）'), ('REF', '上传编号（国土调查云）'), ('SENDER', '提交人（国土调查云）'), ('IGNORE', '不导入')], max_length=12, verbose_name='是什么')),
                ('order', models.PositiveSmallIntegerField(default=50, help_text='一张表里有几列都像同一项时，数小的优先，其余按其他列保留。', verbose_name='先后')),
            ],
            options={
                'verbose_name': '表头的写法',
                'verbose_name_plural': '表头的写法',
                'ordering': ['field', 'order', 'text'],
                'constraints': [models.CheckConstraint(condition=models.Q(('field__in', ['CODE', 'VILLAGE', 'VILLAGE_CODE', 'AREA', 'AREA_MU', 'AREA_SQM', 'AREA_HA', 'PLACE', 'CONTRACTOR', 'LAND_BEFORE', 'LAND_AFTER', 'REMEDY', 'TARGET', 'STATUS', 'SENT_AT', 'REF', 'SENDER', 'IGNORE'])), name='column_alias_field_is_known')],
            },
        ),
        migrations.RunPython(add_names, remove_names),
    ]
