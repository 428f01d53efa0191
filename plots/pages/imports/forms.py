"""导入图斑的表单：上传或粘贴，和手工对列。"""

from pathlib import PurePosixPath
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile

from plots.importing.source import PASTED
from plots.models import Batch
from plots.models.column_aliases import ColumnAlias
from plots.models.columns import AREAS, CLOUD, EXTRA, FOUND_VILLAGE, MEASURED, Field, tidy_header
from taiping.ground.form_fields import ListedChoiceField
from taiping.ground.geometry.reading import SUFFIXES as VECTORS
from tasks.models import Target
from tasks.pages.imports.forms import safe_name

TABLES = (".xlsx", ".xls", ".csv")
SUFFIXES = (*TABLES, *VECTORS)
LONELY = (".shp", ".shx", ".dbf", ".prj")
KINDS = [
    (Batch.Source.TABLE, "图斑：下发的表格或矢量数据，或从台账导出后改过的表"),
    (Batch.Source.CLOUD, "国土调查云结果：导出的举证结果，按图斑编号记到举证这一步"),
]


class TargetChoice(ListedChoiceField):
    def label_from_instance(self, target):
        return f"{target.plan.year}年 · {target.name}"


class ImportForm(forms.Form):
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
    file = forms.FileField(
        label="文件",
        required=False,
        allow_empty_file=True,
        help_text="表格：.xlsx、老的 .xls、.csv。矢量数据：压缩成 zip 的 shapefile 或文件地理数据库（.gdb），"
        ".gpkg、.geojson、.kml，界址点 .txt。",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    pasted = forms.CharField(
        label="或者粘贴",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="在表格软件里连表头一起选中、复制，粘贴到这里。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        targets = Target.objects.filter(measured_by=Target.MeasuredBy.PATCHES).select_related(
            "plan"
        )
        self.fields["target"].queryset = targets.order_by("-plan__year", "order")

    def clean_file(self):
        file, limit = self.cleaned_data["file"], settings.PATCH_FILE_MAX_BYTES
        if not file:
            return None
        file.name = safe_name(file.name)
        suffix = PurePosixPath(file.name).suffix.lower()
        if suffix in LONELY:
            raise forms.ValidationError(
                f"只有“{file.name}”一个文件不够。请把同名的 .shp、.shx、.dbf、.prj 一起压缩成 zip 再传。"
            )
        if suffix not in SUFFIXES:
            raise forms.ValidationError(
                f"“{file.name}”不是表格，也不是矢量数据。请选 .xlsx、.xls、.csv，或 .zip、.gpkg、.geojson、.kml、.txt 文件。"
            )
        if not file.size:
            raise forms.ValidationError(f"“{file.name}”是空文件（0 字节）。请检查文件是否传完整。")
        if file.size > limit:
            size, most = file.size / 1024 / 1024, limit / 1024 / 1024
            raise forms.ValidationError(
                f"“{file.name}”有 {size:.1f} MB，最多 {most:g} MB。请删去文件里的图片和用不到的表，或拆成几份。"
            )
        return file

    def clean(self):
        cleaned = super().clean()
        pasted = (cleaned.get("pasted") or "").strip()
        if "file" in self.errors:
            return cleaned
        is_cloud = cleaned.get("kind") == Batch.Source.CLOUD
        if cleaned.get("file") and is_cloud and not cleaned["file"].name.lower().endswith(TABLES):
            self.add_error("file", "国土调查云结果是表格，请选 .xlsx、.xls 或 .csv 文件。")
        if cleaned.get("file") and pasted:
            raise forms.ValidationError("又选了文件又粘贴了内容，不知道该用哪一个。请只留一样。")
        if not cleaned.get("file") and not pasted:
            self.add_error("file", "还没有选文件，也没有粘贴内容。请选一个文件，或把表格粘贴进来。")
        return cleaned

    def save(self, by):
        """存下原文件，返回还没导入的批次。"""
        file, kind = self.cleaned_data["file"], self.cleaned_data["kind"]
        if file:
            name, content, suffix = file.name, file, PurePosixPath(file.name).suffix.lower()
        else:
            name, suffix = "粘贴的内容.txt", PASTED
            content = ContentFile(self.cleaned_data["pasted"].encode())
            kind = Batch.Source.PASTE if kind == Batch.Source.TABLE else kind
        if suffix in VECTORS:
            kind = Batch.Source.GEO
        batch = Batch(target=self.cleaned_data["target"], kind=kind, name=name, by=by)
        batch.file.save(f"{uuid4().hex}{suffix}", content, save=False)
        batch.save()
        return batch


def column_choices(batch):
    """手工对列时每一列可以选什么。"""
    extra = (EXTRA, "其他列（原样保留）")
    fields = [
        (field.value, field.label)
        for field in Field
        if field not in (Field.AREA, Field.IGNORE)
        and (field in CLOUD) <= (batch.kind == Batch.Source.CLOUD)
    ]
    if batch.kind == Batch.Source.CLOUD:
        kept = (Field.CODE, Field.VILLAGE, Field.VILLAGE_CODE, *CLOUD)
        return [entry for entry in fields if entry[0] in kept] + [(Field.IGNORE.value, "不用")]
    return [*fields, extra, (Field.IGNORE.value, Field.IGNORE.label)]


def told_layout(post, layouts):
    """预览页上手工对的列 → Batch.layout。改了表头所在的行，列就按新表头重新认。"""
    told = {}
    for number, layout in enumerate(layouts):
        header = post.get(f"s{number}-header", "")
        header = (
            int(header)
            if header.isascii() and header.isdigit() and len(header) < 8
            else layout.header_row
        )
        columns = {}
        if header == layout.header_row:
            for use in layout.uses:
                field = post.get(f"s{number}-c{use.index}", "")
                if field == EXTRA or field in Field.values:
                    columns[str(use.index)] = field
            _drop_computed(columns, layout)
        told[layout.name] = {
            "header": header,
            "columns": columns,
            "used": post.get(f"s{number}-used") == "on",
        }
    return told


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


def repeated_columns(layouts_told, layouts):
    """同一项选了两列的，每处一句话。"""
    sentences = []
    for layout in layouts:
        told = layouts_told[layout.name]
        if not told["used"]:
            continue
        chosen = {}
        for index, field in told["columns"].items():
            group = "面积" if field in AREAS or field == Field.AREA else field
            if group not in (EXTRA, Field.IGNORE):
                chosen.setdefault(group, []).append(layout.uses[int(index)].label)
        for group, labels in chosen.items():
            if len(labels) > 1:
                name = group if group == "面积" else Field(group).label
                sentences.append(
                    f"“{name}”选了 {len(labels)} 列：{'、'.join(labels)}。请只留一列，其余选“其他列”。"
                )
    return sentences


def remember(layouts_told, layouts, names):
    """把手工对上的表头记到“表头的写法”里，下次自动认出；返回记了几个。"""
    known = {tidy_header(text) for text in ColumnAlias.objects.values_list("text", flat=True)}
    added = 0
    for layout in layouts:
        for index, field in layouts_told[layout.name]["columns"].items():
            header = layout.uses[int(index)].header
            new = header and tidy_header(header) not in known and names.find(header) is None
            if field != EXTRA and field != Field.IGNORE and new and len(header) <= 60:
                ColumnAlias.objects.create(text=header, field=field)
                known.add(tidy_header(header))
                added += 1
    return added
