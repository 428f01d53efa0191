"""附件：整改记录以外的材料。督办的答复、常态工作的记录、整改路径的材料，都挂这里的文件。"""

from django.db import models
from django.db.models import Q

from plots.models.evidence import Material
from villages.models import User, Village, sees_every_village


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """图斑的跟着图斑走，图斑改到别的村，看得见的人也跟着变；别的看是哪个村的，不写村的是镇里的。

        结转来的图斑，材料和原来那块是同一份文件：哪一块看得见都行。
        """
        if sees_every_village(user):
            return self
        own = Village.objects.visible_to(user)
        carried = self.model.objects.filter(remedy_documents__patch__village__in=own)
        is_own = Q(patch__village__in=own) | Q(patch=None, village__in=own)
        return self.filter(is_own | Q(pk__in=carried.order_by().values("pk")))


class Attachment(Material):
    """附件：收到的文件一个字节不变地留着；谁的附件，由它的主人记（主人一行可以有几份）。"""

    patch = models.ForeignKey(
        "plots.Patch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="图斑",
    )
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta(Material.Meta):
        verbose_name = verbose_name_plural = "附件"
        ordering = ["created_at", "pk"]
        constraints = [
            *Material.Meta.constraints,
            models.CheckConstraint(
                condition=Q(patch__isnull=True) | Q(village__isnull=True),
                name="attachment_is_of_a_patch_or_a_village",
                violation_error_message="附件是图斑的就不另写村。",
            ),
        ]
