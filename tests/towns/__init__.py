"""六个镇（tests/worlds/plans）：数和用手算好的一样，页面、大屏、周报、通报、JSON 说的是同一套数。"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import pytest

from tests.worlds.plans import Figure, PlanTown, border, campaign, grain, households, patrols, works


class World(NamedTuple):
    town: Callable[[], PlanTown]
    figures: dict[date, dict[str, Figure]]
    sentences: dict[date, dict[str, str | list[str]]]


WORLDS = {
    "grain": World(grain.GrainTown, grain.FIGURES, grain.SENTENCES),
    "works": World(works.WorksTown, works.FIGURES, works.SENTENCES),
    "campaign": World(campaign.CampaignTown, campaign.FIGURES, campaign.SENTENCES),
    "patrols": World(patrols.PatrolTown, patrols.FIGURES, patrols.SENTENCES),
    "households": World(households.HouseholdTown, households.FIGURES, households.SENTENCES),
    "border": World(border.BorderTown, border.FIGURES, border.SENTENCES),
}


def cases():
    """每个镇的三天。"""
    days = [(name, on) for name, world in WORLDS.items() for on in sorted(world.figures)]
    return [pytest.param(name, on, id=f"{name}-{on}") for name, on in days]
