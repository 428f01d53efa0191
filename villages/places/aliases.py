"""村的别名：导入时遇到的写法，以后都当作这个村。"""

from django.db import transaction

from villages.accounts.forms import VillageForm
from villages.models import Village
from villages.places.matching import VillageIndex

SEPARATORS = "、，,"
MOST = Village._meta.get_field("aliases").max_length


@transaction.atomic
def add_alias(village: Village, spelling: str) -> str:
    """把 spelling 加到村的别名里，规矩和后台的一样；不能加的返回那句话，加上了是空文字。"""
    if any(mark in spelling for mark in SEPARATORS):
        return f"“{spelling}”里有顿号或逗号，不能记成别名，只在这份文件里当作{village}。"
    known = VillageIndex().match(spelling).village
    if known:
        return "" if known == village else f"“{spelling}”已经是{known}的名字或别名，没有改。"
    village = Village.objects.select_for_update().get(pk=village.pk)
    aliases = "、".join(filter(None, [village.aliases, spelling]))
    if len(aliases) > MOST:
        return f"{village}的别名已经记满，“{spelling}”没有记下，只在这份文件里当作{village}。"
    given = {"name": village.name, "code": village.code, "order": village.order}
    form = VillageForm({**given, "aliases": aliases}, instance=village)
    if not form.is_valid():
        reasons = " ".join(str(each) for errors in form.errors.values() for each in errors)
        return f"“{spelling}”没有记成{village}的别名：{reasons}"
    form.save()
    return ""
