"""导入图斑的表单：上传或粘贴，和手工对列。"""

from django import forms
from django.core.files.base import ContentFile

from plots.importing.batches import head_of, issue_refusal, new_batch
from plots.importing.kinds import TABLES, WEB_PAGES, is_vector, refusal_of
from plots.importing.source import PASTED
from plots.models import Batch
from plots.models.columns import AREAS, CLOUD, EXTRA, FOUND_VILLAGE, MEASURED, Field
from taiping.ground.form_fields import DayField, UploadField
from taiping.ground.geometry.reading import SUFFIXES as VECTORS
from taiping.ground.web import whole_number
from tasks.models import Target
from tasks.pages.target_choice import TargetChoiceField

KINDS = [
    (Batch.Source.TABLE, "图斑：下发的表格或矢量数据，或从台账导出后改过的表"),
    (Batch.Source.CLOUD, "上传结果：上传以后导出的表，按图斑编号把上传编号记到要填的那一步"),
]


class TargetChoice(TargetChoiceField):
    def label_from_instance(self, target):
        return f"{target.plan.name} · {target.listed_name}"


class ImportForm(forms.Form):
    one_of = ("file", "pasted")

    kind = forms.ChoiceField(
        label="导入什么", choices=KINDS, widget=forms.RadioSelect, initial=Batch.Source.TABLE
    )
    target = TargetChoice(
        Target.objects.none(),
        label="目标任务",
        empty_label="请选择",
        help_text="一份文件只导入一项目标任务的图斑。",
        error_messages={"required": "请选这份文件是哪项目标任务的。"},
    )
    issued_on = DayField(
        label="下发日期",
        required=False,
        help_text="新增的图斑从这天起算，以前的日子没有它们；系统里已有的不变。留空就是今天。",
    )
    file = UploadField(
        label="文件",
        required=False,
        suffixes=(*TABLES, *WEB_PAGES, *VECTORS),
        limit="PATCH_FILE_MAX_BYTES",
        refuse=lambda file: refusal_of(file.name, head_of(file)),
        shrink="请删去文件里的图片和用不到的表，或拆成几份。",
        help_text="表格：.xlsx、老的 .xls、WPS 的 .et、.csv。矢量数据：压缩成 zip 的 shapefile 或文件地理数据库（.gdb），"
        ".gpkg、.geojson、.kml，界址点 .txt。",
    )
    pasted = forms.CharField(
        label="或者粘贴",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="在表格软件里连表头一起选中、复制，粘贴到这里。",
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["issued_on"].initial = today
        targets = Target.objects.filter(measured_by=Target.MeasuredBy.PATCHES).select_related(
            "plan"
        )
        self.fields["target"].queryset = targets.order_by("-plan__starts_on", "plan", "order", "pk")

    def clean(self):
        cleaned = super().clean()
        pasted = (cleaned.get("pasted") or "").strip()
        if "file" in self.errors:
            return cleaned
        is_cloud = cleaned.get("kind") == Batch.Source.CLOUD
        file = cleaned.get("file")
        if file and is_cloud and is_vector(file.name, head_of(file)):
            self.add_error("file", "上传结果是表格，请选 .xlsx、.xls 或 .csv 文件。")
        if cleaned.get("file") and pasted:
            raise forms.ValidationError("又选了文件又粘贴了内容，不知道该用哪一个。请只留一样。")
        if not cleaned.get("file") and not pasted:
            self.add_error("file", "还没有选文件，也没有粘贴内容。请选一个文件，或把表格粘贴进来。")
        return cleaned

    def clean_issued_on(self):
        if self.cleaned_data.get("kind") == Batch.Source.CLOUD:
            return None  # 结果没有下发日期
        target, on = self.cleaned_data.get("target"), self.cleaned_data["issued_on"] or self.today
        if target and (refusal := issue_refusal(target.plan, on, self.today)):
            raise forms.ValidationError(refusal)
        return on

    def save(self, by):
        """存下原文件，返回还没导入的批次。"""
        data = self.cleaned_data
        names = ("target", "kind", "issued_on")
        file, given = data["file"], {"by": by, **{name: data[name] for name in names}}
        if file:
            return new_batch(file, file.name, **given)
        if given["kind"] == Batch.Source.TABLE:
            given["kind"] = Batch.Source.PASTE
        content = ContentFile(data["pasted"].encode())
        return new_batch(content, "粘贴的内容.txt", suffix=PASTED, **given)


def column_choices(batch):
    """手工对列时每一列可以选什么。"""
    unused = (Field.IGNORE.value, "不用")
    if batch.kind == Batch.Source.CLOUD:
        fields = (Field.CODE, Field.VILLAGE, Field.VILLAGE_CODE, *CLOUD)
        return [*((field.value, field.label) for field in Field if field in fields), unused]
    fields = [field for field in Field if field not in (Field.AREA, Field.IGNORE, *CLOUD)]
    choices = [(field.value, field.label) for field in fields]
    return [*choices, (EXTRA, "其他列（原样保留）"), (Field.IGNORE.value, Field.IGNORE.label)]


def chosen_layout(post, layouts):
    """预览页上手工对的列 → Batch.layout。改了表头所在的行，列就按新表头重新认。"""
    chosen = {}
    for number, layout in enumerate(layouts):
        header = _header_row(post.get(f"s{number}-header", ""), layout)
        chosen[layout.name] = {
            "header": header,
            "columns": _columns(post, number, layout) if header == layout.header_row else {},
            "used": post.get(f"s{number}-used") == "on",
        }
    return chosen


def _header_row(text, layout):
    number = whole_number(text, 7)
    return layout.header_row if number is None else number


def _columns(post, number, layout):
    columns = {}
    for use in layout.uses:
        field = post.get(f"s{number}-c{use.index}", "")
        if field == EXTRA or field in Field.values:
            columns[str(use.index)] = field
    _drop_computed(columns, layout)
    return columns


def _drop_computed(columns, layout):
    """指了别的列当村或面积，由图形算出的那一列就不用了。"""
    for header, group in (
        (MEASURED, {*AREAS, Field.AREA}),
        (FOUND_VILLAGE, {Field.VILLAGE, Field.VILLAGE_CODE}),
    ):
        used = [index for index, field in columns.items() if field in group]
        for index in used if len(used) > 1 else ():
            if layout.uses[int(index)].header == header:
                columns[index] = Field.IGNORE.value
