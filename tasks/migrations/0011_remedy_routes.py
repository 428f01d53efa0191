"""整改路径和材料：原来写在程序里的六种，连同“农村道路进出平衡”，成了镇里自己能改的表。"""

import django.db.models.deletion
from django.db import migrations, models

NUMBER, DATE, FILE = "needs_number", "needs_date", "needs_file"
# 代码、名称、材料（名称、要什么、说明）；农转用、确权登记要哪些材料由镇里自己填
ROUTES = [
    ("conversion", "农转用", []),
    ("facility", "设施农业用地备案", [
        ("审核表", [FILE], ""),
        ("三方用地协议", [FILE], ""),
        ("公告开始", [DATE, FILE], "公告不少于10天，附公告照片"),
        ("公告截止", [DATE], "公告不少于10天"),
        ("备案编号", [NUMBER], ""),
    ]),
    ("title", "确权登记", []),
    ("council", "一事一议", [
        ("会议日期", [DATE], ""),
        ("应到人数", [NUMBER], ""),
        ("同意人数", [NUMBER], ""),
        ("公示开始", [DATE], ""),
        ("公示截止", [DATE], ""),
    ]),
    ("road", "农村道路“进出平衡”", [
        ("补充地块", [NUMBER], "写地块的编号或小地名"),
        ("补充地块面积", [NUMBER], "亩"),
    ]),
    ("reclaim", "拆除复耕", []),
    ("other", "其他", []),
]


def add_routes(apps, schema_editor):
    Route, Item = apps.get_model("tasks", "RemedyRoute"), apps.get_model("tasks", "RemedyItem")
    for order, (code, name, items) in enumerate(ROUTES, 1):
        route, _ = Route.objects.get_or_create(code=code, defaults={"name": name, "order": order})
        for place, (item, needs, hint) in enumerate(items, 1):
            given = {"order": place, "hint": hint, **dict.fromkeys(needs, True)}
            Item.objects.get_or_create(route=route, name=item, defaults=given)


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0010_subsidies'),
    ]

    operations = [
        migrations.CreateModel(
            name='RemedyRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='英文小写，如 facility；定了不要再改。', max_length=30, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=50, unique=True, verbose_name='名称')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='顺序')),
                ('in_use', models.BooleanField(default=True, help_text='停用的不再列出，已经选了的图斑不变。', verbose_name='启用')),
            ],
            options={
                'verbose_name': '整改路径',
                'verbose_name_plural': '整改路径',
                'ordering': ['order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RemedyItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='顺序')),
                ('name', models.CharField(max_length=50, verbose_name='名称')),
                ('hint', models.CharField(blank=True, help_text='填的人看得到。', max_length=200, verbose_name='说明')),
                ('needs_number', models.BooleanField(default=False, help_text='如备案编号、应到人数。', verbose_name='要编号或数')),
                ('needs_date', models.BooleanField(default=False, help_text='如会议日期；不勾就记哪天交来的。', verbose_name='要日期')),
                ('needs_file', models.BooleanField(default=False, help_text='照片、扫描件或文档。', verbose_name='要文件')),
                ('in_use', models.BooleanField(default=True, help_text='停用的不再要，已经交的留着。', verbose_name='启用')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='tasks.remedyroute', verbose_name='整改路径')),
            ],
            options={
                'verbose_name': '整改材料',
                'verbose_name_plural': '整改材料',
                'ordering': ['route__order', 'route_id', 'order', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('route', 'name'), name='remedy_item_name_is_unique_in_route', violation_error_message='这条整改路径里已经有这样材料，请换个名称。')],
            },
        ),
        migrations.RunPython(add_routes, migrations.RunPython.noop),
    ]
