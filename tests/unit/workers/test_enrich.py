from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely

from rtcc.city.locate import Locator
from rtcc.model.event import Event

ENTERED = {"entered_at": "2026-01-01T00:00:00Z", "lat": 0.5, "lon": 0.5}


@pytest.fixture(scope="module")
def add_place():
    """The function alone: the package around it connects to a store when it is imported as the workers do."""
    file = Path(__file__).parents[3] / "workers" / "enrich.py"
    spec = importlib.util.spec_from_file_location("enrich_alone", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.add_place


class Streeted(Locator):
    """A district with one street, that counts who asks for words."""

    def __init__(self):
        super().__init__([("A", shapely.box(0, 0, 1, 1))], [])
        self.asked = 0

    def addresses(self, lats, lons):
        self.asked += len(lats)
        return ["24th St near Mission St"] * len(lats)


def placed(add_place, kind, data, locator=None):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    event = Event(kind, "PD:1", "PD", "cad", at, at, None, dict(data))
    add_place([event], locator or Streeted())
    return event.data


def test_an_incident_entered_without_an_address_gets_one(add_place):
    """The streets say where it is when the source does not."""
    assert placed(add_place, "incident", ENTERED)["address"] == "24th St near Mission St"


@pytest.mark.parametrize("address", ["800 Block of Ash St", None])
def test_the_sources_own_word_on_the_address_stays(add_place, address):
    """A given address and a cleared one are both the source's word."""
    assert placed(add_place, "incident", {**ENTERED, "address": address})["address"] == address


def test_a_partial_update_cannot_take_the_place_of_an_earlier_address(add_place):
    """A later position alone is no reason to write over what the source may have said before."""
    assert placed(add_place, "incident", {"lat": 0.5, "lon": 0.5, "status": "enroute"}) == {
        "lat": 0.5, "lon": 0.5, "status": "enroute", "district": "A",
    }  # fmt: skip


def test_units_and_places_that_nobody_knows_do_not_pay_for_streets(add_place):
    """Only incidents with a position are looked up."""
    locator = Streeted()
    placed(add_place, "unit", {"lat": 0.5, "lon": 0.5}, locator)
    placed(add_place, "incident", {"entered_at": "2026-01-01T00:00:00Z"}, locator)
    assert locator.asked == 0
