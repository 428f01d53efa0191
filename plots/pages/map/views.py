"""地图：和台账同一个筛选；页面只带前几个图斑，图形由浏览器按看的范围来取。"""

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce
from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import render

from plots.models import Status
from plots.models.querysets import found_at
from plots.pages.map import geojson
from plots.pages.map.window import BadWindow, Window
from plots.pages.patch_list.rows import PAGE, rows_of
from plots.pages.patch_list.views import chips_of, filters_of, query_of
from villages.models import VillageBoundary

CONTENT_TYPE = "application/geo+json; charset=utf-8"
EDGES = {
    "west": Min("min_lon"),
    "south": Min("min_lat"),
    "east": Max("max_lon"),
    "north": Max("max_lat"),
}


def patch_map(request):
    filters = filters_of(request)
    found = filters.qs
    ends = found.order_by().aggregate(
        count=Count("pk"),
        drawn=Count("shape"),
        spots=Count("found_lat", filter=Q(shape__isnull=True)),
        west=Min(Coalesce("shape__min_lon", found_at("lon"))),
        south=Min(Coalesce("shape__min_lat", found_at("lat"))),
        east=Max(Coalesce("shape__max_lon", found_at("lon"))),
        north=Max(Coalesce("shape__max_lat", found_at("lat"))),
    )
    placed = found.filter(Q(shape__isnull=False) | Q(found_lat__isnull=False))
    if not ends["drawn"] and not ends["spots"]:
        placed = found.none()
    listed = filters.order.listed(filters.sorted(placed)[:PAGE])
    box = _edges(ends) or _edges(
        VillageBoundary.objects.visible_to(request.user).aggregate(**EDGES)
    )
    return render(
        request,
        "plots/map/map.html",
        {
            "filters": filters,
            "form": filters.form,
            "chips": chips_of(filters),
            "query": query_of(filters, "page"),
            "count": ends["count"],
            "drawn": ends["drawn"],
            "spots": ends["spots"],
            "box": box,
            "rows": rows_of(listed, filters),
            "first": PAGE,
            "statuses": Status.choices,
            "tiles": " ".join(settings.MAP_TILES_URL),
            "subdomains": settings.MAP_TILES_SUBDOMAINS,
            "attribution": settings.MAP_TILES_ATTRIBUTION,
        },
    )


def map_data(request):
    try:
        window = Window.asked(request.GET)
    except BadWindow as error:
        return JsonResponse(
            {"error": str(error)}, status=400, json_dumps_params={"ensure_ascii": False}
        )
    return StreamingHttpResponse(
        geojson.answer(filters_of(request), window), content_type=CONTENT_TYPE
    )


def map_villages(request):
    return StreamingHttpResponse(geojson.villages(request.user), content_type=CONTENT_TYPE)


def _edges(found):
    """西,南,东,北；没有图形是空。"""
    box = [found[name] for name in EDGES]
    return "" if None in box else ",".join(f"{edge:.5f}" for edge in box)
