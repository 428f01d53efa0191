"""上传方案文件的表单。"""

from django import forms

from taiping.ground.form_fields import UploadField


class PlanFileForm(forms.Form):
    file = UploadField(
        label="方案文件",
        suffixes=(".xlsx", ".xls", ".json"),
        limit="PLAN_FILE_MAX_BYTES",
        wrong="不是方案文件。请选 .xlsx、.xls 或 .json 文件。",
        shrink="请删去文件里的图片和用不到的表。",
        help_text="导出的方案表（.xlsx，改好另存即可）、老的 .xls，或方案数据 .json。",
        error_messages={"required": "还没有选文件。请选一个 .xlsx、.xls 或 .json 文件。"},
    )
