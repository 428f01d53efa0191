"""方案表里的代码和演示数据的撞了：演示的不进方案表，看着像没有用过，其实还占着。"""

from tasks.workbook.columns import BY_KIND

KINDS = ("subsidy", "score_item")  # 演示数据里有、又不进方案表的两类
TAKEN = "“{}”是演示数据的代码，还占着。请换一个；清掉演示数据以后也可以照原样导入。"


def check_demo_codes(check):
    for kind in KINDS:
        entries = check.entries[kind]
        if not entries or check.stored.plan is None:
            continue
        demo = BY_KIND[kind].model.objects.filter(plan=check.stored.plan, is_demo=True)
        taken = set(demo.values_list("code", flat=True))
        for entry in entries:
            if (code := entry.values.get("code")) in taken:
                check.report(entry, "code", TAKEN.format(code))
