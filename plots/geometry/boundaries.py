"""村界：图斑有多少在所写的村外面、在本镇外面。村界没有导全时，不知道本镇到哪里为止。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from plots.geometry.subjects import Subject, with_geometry
from taiping.ground.geometry.measure import area_sqm
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import shapely
from villages.models import Village, VillageBoundary

# 两样都超过才算出界：村界和图斑是两家画的，边上总差一点
EDGE_SHARE = 0.01
EDGE_SQM = 10


NAMED = 3  # 一句话里点几个村


def unchecked(villages: Iterable[Village]) -> str:
    """这些村里没有村界、出界没有查的，一句话；都有村界的是空的。"""
    villages = list(villages)
    known = set(VillageBoundary.objects.order_by().values_list("village", flat=True))
    without = [village.name for village in villages if village.pk not in known]
    if not without:
        return ""
    if len(without) == len(villages):
        return "没有村界，出界没有查。"
    more = f"等 {len(without)} 个村" if len(without) > NAMED else ""
    return f"{'、'.join(without[:NAMED])}{more}没有村界，出界没有查。"


class Stray(NamedTuple):
    """一块出了界的图斑：村名（None 是超出本镇）、外面有多少平方米、主要落在哪个村（超出本镇的不说）。"""

    subject: Subject
    place: str | None
    sqm: float
    inside: str


class Boundaries:
    """所有的村界，建的时候查两次库。"""

    def __init__(self):
        stored = VillageBoundary.objects.select_related("village")
        self.names = {}
        self.shapes = {}
        for boundary in stored:
            self.names[boundary.village_id] = boundary.village.name
            self.shapes[boundary.village_id] = load(boundary.wkb)
        for shape in self.shapes.values():
            shapely.prepare(shape)
        self.town = None
        if self.shapes and not Village.objects.exclude(pk__in=self.shapes).exists():
            self.town = shapely.union_all(list(self.shapes.values()))
            shapely.prepare(self.town)

    def strays(self, subjects: Iterable[Subject]) -> Iterator[Stray]:
        """出界的图斑；所写的村没有村界、又不知道本镇到哪里为止的，没法查。"""
        known = [each for each in subjects if self.town or each.village in self.shapes]
        for subject, geometry in with_geometry(known):
            own = self.shapes.get(subject.village)
            if own is not None and own.covers(geometry):
                continue
            beyond_town = 0
            if self.town is not None:
                beyond_town = _beyond(geometry, self.town)
            if _matters(beyond_town, subject):
                yield Stray(subject, None, beyond_town, "")
            if own is None:
                continue
            beyond = _beyond(geometry, own)
            if _matters(beyond - beyond_town, subject):
                place = self.names[subject.village]
                yield Stray(subject, place, beyond, self._main(subject, geometry))

    def _main(self, subject, geometry):
        """出了界的部分落得最多的那个村。"""
        others = {
            pk: shapely.area(shapely.intersection(shape, geometry))
            for pk, shape in self.shapes.items()
            if pk != subject.village and shape.intersects(geometry)
        }
        best = max(others, key=others.get, default=None)
        return self.names[best] if best is not None and others[best] > 0 else ""


def _beyond(geometry, boundary):
    return area_sqm(shapely.difference(geometry, boundary))


def _matters(sqm, subject):
    return sqm > EDGE_SQM and sqm > subject.sqm * EDGE_SHARE
