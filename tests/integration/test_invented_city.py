"""What a newcomer sees: `rtcc up` without a word about a city, whole, as real processes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from rtcc.city.drive import Drives
from rtcc.city.roads import Roads
from tests.running import Running, eventually, rtcc, running


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The default of `rtcc up`, with the simulator, once most of its 120 units have said where they are."""
    with running(tmp_path_factory.mktemp("invented"), "up", RTCC_CITY="") as instance:
        eventually(lambda: len(fixes(instance)) >= 100, 60, why="units")
        yield instance


def fixes(city: Running) -> list[tuple[float, float]]:
    """Return (lat, lon) of every unit that has one."""
    units = city.picture().get("unit", {}).values()
    return [(unit["lat"], unit["lon"]) for unit in units if unit.get("lat") is not None]


def test_it_is_a_city_that_does_not_exist(city: Running) -> None:
    """It has a name and a map of its own, and says that it is invented."""
    with city.client() as client:
        told = client.get("/basemap/city.json").json()
        tiles = client.get("/basemap/tiles.json").json()
    assert told["attribution"] == f"{told['name']} is invented"
    assert tiles["maxzoom"] >= 14


def test_units_are_on_the_streets(city: Running) -> None:
    """Nearly every fix lies within a street's width and a receiver's noise of a street that one can drive on."""
    drives = Drives(Roads.load(city.data / "city" / "roads.npz"))
    apart = drives.nearest(*np.array(fixes(city)).T).distance_m
    assert np.quantile(apart, 0.95) < 25


def test_incidents_have_an_address_and_somebody_near(city: Running) -> None:
    """An incident is placed in a beat, has the words for its corner, and the nearest units are told by drive time."""
    with city.client("read:dispatcher") as client:
        incidents = client.get("/api/v1/picture").json()["entities"]["incident"]
        id_, incident = next((id_, one) for id_, one in incidents.items() if one.get("lat") is not None)
        near = client.get(f"/api/v1/incidents/{id_}/nearby").json()
    assert {"address", "district", "beat", "type", "priority"} <= incident.keys()
    assert near["method"] == "drive_time"
    assert len(near["units"]) == 5
    assert [unit["drive_s"] for unit in near["units"]] == sorted(unit["drive_s"] for unit in near["units"])
    assert len(near["units"][0]["route"]) >= 2
    assert len(near["cameras"]) == len(near["places"]) == 5


def test_nothing_it_says_is_refused(city: Running) -> None:
    """Every event is taken, and no process has anything to complain of."""
    doctor = rtcc("doctor", "--data", str(city.data), cwd=city.data, RTCC_CITY="")
    assert "0 letters kept, 0 ever" in doctor.stdout
    assert "Traceback" not in city.logs()
