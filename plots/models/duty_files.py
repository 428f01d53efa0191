"""履职记录的照片和文件：附件在这一层，履职记录在二楼，由这里连起来。"""

from django.db import models

from plots.models.attachments import Attachment
from tasks.models import DutyEntry


class DutyEntryFile(models.Model):
    """一次履职记录的一份附件。"""

    entry = models.ForeignKey(
        DutyEntry, models.PROTECT, related_name="files", verbose_name="履职记录"
    )
    attachment = models.OneToOneField(
        Attachment, models.PROTECT, related_name="duty_entry_file", verbose_name="附件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "履职记录的附件"
        ordering = ["attachment"]

    def __str__(self):
        return f"{self.entry}：{self.attachment}"
