"""导入图斑表的测试用的镇：两个村、一项任务，和两块图斑的几行。"""

from decimal import Decimal

from django.core.files.base import ContentFile

from plots.importing import apply_batch, preview
from plots.models import Batch, Patch
from tests.worlds.factories import make_plan, make_user
from tests.worlds.patch_files import HEADER, xlsx
from tests.worlds.town import Town
from villages.models import Role

ROWS = ([1, "团碾村", "T-1", 3.5, "塆里", "张三"], [2, "白云", "0002", 12, None, "李四"])
BOTH = [
    ("白云", "0002", Decimal(12), "", "李四"),
    ("团碾", "T-1", Decimal("3.5"), "塆里", "张三"),
]


class ImportTown(Town):
    """太平镇：团碾、白云两个村，一项三步的任务，一名镇工作人员。"""

    def __init__(self):
        super().__init__(make_plan(issuer="重庆市铜梁区太平镇人民政府"))
        self.target = self.add_target(quota=Decimal("15.5"), quota_count=2)
        self.tuannian = self.add_village("团碾", aliases="团碾村", code="500151124201")
        self.baiyun = self.add_village("白云", aliases="白云村")
        self.staff = make_user(role=Role.STAFF)

    def batch(self, content, suffix=".xlsx", *, target=None, name="下发.xlsx", **fields):
        batch = Batch(target=target or self.target, name=name, by=self.staff, **fields)
        batch.file.save(f"x{suffix}", ContentFile(content), save=False)
        batch.save()
        return batch

    def look(self, content, **given):
        return preview(self.batch(content, **given), by=self.staff)

    def load(self, content, **given):
        return apply_batch(self.batch(content, **given), by=self.staff)

    def told(self, *rows, header=HEADER):
        return [str(problem) for problem in self.look(xlsx(header, *rows)).problems]


def saved():
    rows = Patch.objects.order_by("code").values_list(
        "village__name", "code", "area_mu", "place", "contractor"
    )
    return list(rows)
