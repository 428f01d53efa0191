from django.db import migrations

import taiping.ground.name_keys
from taiping.ground.name_keys import name_key


def fill_keys(apps, schema_editor):
    villages = apps.get_model("villages", "Village").objects
    for pk, name in list(villages.order_by("pk").values_list("pk", "name")):
        villages.filter(pk=pk).update(name_key=name_key(name))
    # 同一个事务里刚写过的行，PostgreSQL 还有引用没有看，就不让接着改表
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("villages", "0008_words_as_set"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="village",
            options={
                "ordering": ["order", "name_key", "name"],
                "verbose_name": "村",
                "verbose_name_plural": "村",
            },
        ),
        migrations.AddField(
            model_name="village",
            name="name_key",
            field=taiping.ground.name_keys.NameKeyField(
                default="", editable=False, max_length=200, verbose_name="村名排先后的写法"
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
