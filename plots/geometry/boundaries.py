"""村界：图斑有多少在所写的村外面、在本镇外面。村界没有导全时，不知道本镇到哪里为止。"""

import shapely

from taiping.ground.geometry.measure import area_sqm
from taiping.ground.geometry.shapes import load
from villages.models import Village, VillageBoundary

EDGE_SHARE, EDGE_SQM = 0.01, 10  # 两样都超过才算出界：村界和图斑是两家画的，边上总差一点


class Boundaries:
    """所有的村界，建的时候查两次库。"""

    def __init__(self):
        stored = VillageBoundary.objects.select_related("village")
        self.names, self.shapes = {}, {}
        for boundary in stored:
            self.names[boundary.village_id] = boundary.village.name
            self.shapes[boundary.village_id] = load(boundary.wkb)
        for shape in self.shapes.values():
            shapely.prepare(shape)
        self.town = None
        if self.shapes and not Village.objects.exclude(pk__in=self.shapes).exists():
            self.town = shapely.union_all(list(self.shapes.values()))
            shapely.prepare(self.town)

    def strays(self, subjects):
        """出界的：(图斑, 村名或 None, 平方米, 主要落在的村)；村名是 None 的是超出本镇。"""
        for subject in subjects:
            own = self.shapes.get(subject.village)
            if (own is None and self.town is None) or (
                own is not None and own.covers(subject.geometry)
            ):
                continue
            beyond_town = self._beyond(subject, self.town) if self.town is not None else 0
            if self._matters(beyond_town, subject):
                yield subject, None, beyond_town, ""
            beyond = self._beyond(subject, own)
            if self._matters(beyond - beyond_town, subject):
                yield subject, self.names[subject.village], beyond, self._main(subject)

    def _beyond(self, subject, boundary):
        return area_sqm(shapely.difference(subject.geometry, boundary))

    def _matters(self, sqm, subject):
        return sqm > EDGE_SQM and sqm > subject.sqm * EDGE_SHARE

    def _main(self, subject):
        """出了界的部分落得最多的那个村。"""
        others = {
            pk: shapely.area(shapely.intersection(shape, subject.geometry))
            for pk, shape in self.shapes.items()
            if pk != subject.village and shape.intersects(subject.geometry)
        }
        best = max(others, key=others.get, default=None)
        return self.names[best] if best is not None and others[best] > 0 else ""
