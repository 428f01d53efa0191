"""重做全部图形检查，重算照片的位置。"""

from django.core.management.base import BaseCommand

from plots.evidence.position import relocate
from plots.geometry.boundaries import unchecked
from plots.geometry.checks import recheck
from plots.models import GeometryCheck, PatchShape
from villages.models import Village


class Command(BaseCommand):
    help = "重做全部图斑的图形检查（面积、重叠、出界、分块、修补），重算照片离图斑多远：recheck_geometry"

    def handle(self, *args, **options):
        shapes = list(PatchShape.objects.order_by("pk").values_list("pk", flat=True))
        recheck()
        relocate(shapes)
        standing = GeometryCheck.objects.standing()
        counts = {
            label: standing.filter(kind=kind).count() for kind, label in GeometryCheck.Kind.choices
        }
        summary = (
            "，".join(f"{label} {count} 处" for label, count in counts.items() if count)
            or "没有看出问题"
        )
        left = unchecked(Village.objects.all())
        self.stdout.write(f"检查了 {len(shapes)} 块有图形的图斑：{summary}。{left}")
