from django.db import migrations, models
from django.db.models.functions import Lower

import plots.models.code_keys
from plots.models.code_keys import MOST, TWIN, key_of_code

CHUNK = 1000


def fill_keys(apps, schema_editor):
    """绝大多数编号只差大小写，一条语句改好；别的一行行算。早先存的、现在看是同一个编号的，后面的加上主键。"""
    patches = apps.get_model("plots", "Patch").objects
    patches.update(code_key=Lower("code"))
    taken, wrong = set(), []
    rows = patches.order_by("pk").values_list("pk", "target_id", "village_id", "code", "code_key")
    for pk, target, village, code, lower in rows.iterator(chunk_size=CHUNK):
        key = key_of_code(code)
        if (target, village, key) in taken:
            key = f"{key[: MOST - 20]}{TWIN}{pk}"
        taken.add((target, village, key))
        if key != lower:
            wrong.append((pk, key))
    for pk, key in wrong:
        patches.filter(pk=pk).update(code_key=key)
    # 同一个事务里刚写过的行，PostgreSQL 还有引用没有看，就不让接着改表
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("plots", "0030_route_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="patch",
            name="code_key",
            field=plots.models.code_keys.CodeKeyField(
                default="", editable=False, max_length=200, verbose_name="编号的可比写法"
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="patch", name="patch_code_is_unique_in_target_and_village"
        ),
        migrations.AddConstraint(
            model_name="patch",
            constraint=models.UniqueConstraint(
                fields=("target", "village", "code_key"),
                name="patch_code_is_unique_in_target_and_village",
                violation_error_message="这个村的这项任务里已经有这个图斑编号，请核对编号。",
            ),
        ),
    ]
