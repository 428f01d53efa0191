from django.db import migrations

TEXTS = [
    "材料中的位置、面积或图斑号不符", "举证材料非属于本图斑", "需补充实地照片", "需补充近景", "需补充农转用批地手续",
    "需补充供地手续", "未见复耕复种", "只种一部分", "有弄虚作假嫌疑",
]


def add_reasons(apps, schema_editor):
    Reason = apps.get_model("plots", "Reason")
    for order, text in enumerate(TEXTS, 1):
        Reason.objects.get_or_create(text=text, defaults={"order": order})
    Reason.objects.get_or_create(text="其他（写明）", defaults={"order": 99, "needs_note": True})


def remove_reasons(apps, schema_editor):
    apps.get_model("plots", "Reason").objects.filter(text__in=[*TEXTS, "其他（写明）"]).delete()


class Migration(migrations.Migration):
    dependencies = [("plots", "0001_initial")]
    operations = [migrations.RunPython(add_reasons, remove_reasons)]
