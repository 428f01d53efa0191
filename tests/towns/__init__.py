"""六个镇（tests/worlds/plans）：数和用手算好的一样，页面、大屏、周报、通报、JSON 说的是同一套数。"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import pytest

from tests.worlds.plans import Figure, PlanTown, border, campaign, grain, households, patrols, works


class World(NamedTuple):
    town: Callable[[], PlanTown]
    figures: dict[date, dict[str, Figure]]


WORLDS = {
    "grain": World(grain.GrainTown, grain.FIGURES),
    "works": World(works.WorksTown, works.FIGURES),
    "campaign": World(campaign.CampaignTown, campaign.FIGURES),
    "patrols": World(patrols.PatrolTown, patrols.FIGURES),
    "households": World(households.HouseholdTown, households.FIGURES),
    "border": World(border.BorderTown, border.FIGURES),
}


def cases():
    """每个镇的三天。"""
    days = [(name, on) for name, world in WORLDS.items() for on in sorted(world.figures)]
    return [pytest.param(name, on, id=f"{name}-{on}") for name, on in days]
