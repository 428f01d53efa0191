"""读一份文件要对照的：表头的写法、村、同一方案里的目标任务。查库的次数固定，和多少行无关。"""

from plots.importing.mends import Mends
from plots.importing.names import Names
from plots.importing.patch_cells import Routes
from plots.models import Batch
from villages.places.matching import VillageIndex


class Lookups:
    def __init__(self, batch: Batch):
        plan = batch.target.plan
        self.names = Names(cloud=batch.kind == Batch.Source.CLOUD)
        self.villages = VillageIndex(place=plan.issuer)
        self.mends = Mends.of(batch)
        for spelling, name in self.mends.villages.items():
            self.villages.take_as(spelling, name)
        self.routes = Routes()
        self.targets = set()
        for name_and_code in plan.targets.values_list("name", "code"):
            self.targets.update(name_and_code)

    def grounds(self) -> list:
        """对照的全部，能写成 JSON：有一处变了，以前读好的就不能再用。"""
        villages = [
            [village.pk, village.name, village.code, village.aliases]
            for village in self.villages.villages
        ]
        known = [self.villages.place, villages, self.names.known, sorted(self.targets)]
        known += [self.routes.known, self.routes.offered]
        return [*known, self.mends.grounds()]
