"""村界的页面：管理员导入、去掉；有了或换了村界，图形检查重做。"""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from plots.geometry.checks import recheck
from plots.geometry.whereabouts import Whereabouts
from taiping.ground.actors import said
from taiping.ground.form_fields import UploadField, suffix_of
from taiping.ground.geometry.crs import choices
from taiping.ground.geometry.measure import area_mu
from taiping.ground.geometry.reading import LONELY, SUFFIXES
from taiping.ground.geometry.shapes import load
from taiping.ground.permissions import permission_required
from taiping.ground.tables import TableError
from taiping.ground.web import whole_number
from villages.accounts import drafts
from villages.models import Village, VillageBoundary
from villages.places.boundaries import read_boundaries, save_boundaries


class BoundaryForm(forms.Form):
    file = UploadField(
        label="文件",
        suffixes=SUFFIXES,
        limit="PATCH_FILE_MAX_BYTES",
        wrong="不是矢量数据。请选 .zip、.gpkg、.geojson 或 .kml 文件。",
        shrink=said("请只留本{镇}的村界。"),
        known_wrong={".shp": LONELY},
        help_text="压缩成 zip 的 shapefile 或文件地理数据库（.gdb），.gpkg、.geojson、.kml；要有一列是村名或 12 位村代码。",
        error_messages={"required": "还没有选文件。"},
    )
    crs = forms.ChoiceField(
        label="坐标系",
        required=False,
        help_text="文件没有写、或写得不对时才选。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.meridian = Whereabouts().meridian
        self.fields["crs"].choices = [("", "照文件写的"), *choices(self.meridian)]

    def clean(self):
        cleaned = super().clean()
        if file := cleaned.get("file"):
            crs = cleaned.get("crs", "")
            try:
                self.found = read_boundaries(
                    file.read(), suffix_of(file.name), file.name, crs, self.meridian
                )
                self._ask()
            except TableError as error:
                self.add_error("file", str(error))
        return cleaned

    def _ask(self):
        """远在别处的，勾了“核对过了”才收；勾的是那一句，换了文件、坐标系就再问。"""
        shapes = {village.pk: (village.name, shape) for village, shape in self.found.shapes.items()}
        named = [(f"“{name}”", shape.geometry) for name, shape in shapes.values()]
        far = Whereabouts(besides=shapes).far(named)
        if far is None:
            return
        self.fields["sure"] = forms.Field(
            label="请再看一眼", required=False, widget=forms.CheckboxSelectMultiple
        )
        self.fields["sure"].widget.choices = [(far.token, "核对过了，就在那里")]
        if self.data.getlist("sure") != [far.token]:
            self.add_error(
                "sure",
                f"{far.sentence}坐标系不对的换一个；真在那里的勾上下面这一格，再选一次文件。",
            )


@permission_required("plots.import_boundaries")
def boundaries(request):
    if request.method == "POST" and request.POST.get("do") == "remove":
        return _remove(request)
    form = BoundaryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        save_boundaries(form.found, file_name=form.cleaned_data["file"].name, by=request.user)
        recheck()
        messages.success(request, f"导入了 {len(form.found.shapes)} 个村的村界，图形检查已经重做。")
        for note in form.found.notes:
            messages.warning(request, note)
        return redirect("plots:boundaries")
    drafts.refill(request, form)
    rows = list(Village.objects.visible_to(request.user).select_related("boundary", "boundary__by"))
    for village in rows:
        village.border = getattr(village, "boundary", None)
        village.border_mu = village.border and area_mu(load(village.border.wkb))
    return render(request, "plots/boundaries/boundaries.html", {"form": form, "villages": rows})


def _remove(request):
    pk = whole_number(request.POST.get("village"))
    boundaries = VillageBoundary.objects.visible_to(request.user).select_related("village")
    boundary = get_object_or_404(boundaries, pk=pk)
    name = boundary.village.name
    boundary.delete()
    recheck()
    messages.success(request, f"去掉了{name}的村界，图形检查已经重做。")
    return redirect("plots:boundaries")
