"""Heat: the last day's incidents by cells, never exactly where, and nothing of what an audience may not place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rtcc.insights import heat as module
from rtcc.insights.heat import heat
from rtcc.insights.nearness import distance_m
from tests.unit.insights.told_lives import BEGIN, FAR_AWAY, HERE, change, entered, incident, recorded

DAY = 86_400


def cells(folder: Path, *life, audience="wall", seconds=100.0):
    """Return (latitude, longitude, weight) of the cells that a life gives at a moment."""
    told = heat(recorded(folder, [life[:1]], life[1:]), BEGIN + timedelta(seconds=seconds), audience)
    assert told["type"] == "FeatureCollection"
    return [(*one["geometry"]["coordinates"][::-1], one["properties"]["w"]) for one in told["features"]]


def test_incidents_weigh_by_their_priority_in_one_cell_of_their_own(tmp_path: Path):
    """Priority 1 weighs most; the cell's middle is told, within its size of where they were, and the same each time."""
    life = [entered(0, "A", priority=1), entered(1, "B", priority=4), entered(2, "C", priority=2, **FAR_AWAY)]
    (one, other) = cells(tmp_path, *life)
    assert (one[2], other[2]) == (6, 3)
    here = HERE["lat"], HERE["lon"]
    assert 0 < distance_m(here, one[:2]) < 110
    assert one[:2] != here
    moved = [entered(0, "A", priority=1, lat=one[0] + 0.0003, lon=one[1] - 0.0003)]
    assert cells(tmp_path / "again", *moved)[0][:2] == one[:2]


def test_only_what_began_in_the_last_day_counts_and_once(tmp_path: Path):
    """What is said today of an older one adds nothing; who was moved counts where it was last."""
    life = [
        entered(0, "OLD"),
        incident(DAY, "OLD", **HERE),
        entered(DAY + 5, "NEW"),
        incident(DAY + 9, "NEW", **FAR_AWAY),
        change(DAY + 20, "incident", "NEW", None, source="rtcc-retention"),
    ]
    ((lat, _, weight),) = cells(tmp_path, *life, seconds=DAY + 60)
    assert abs(lat - FAR_AWAY["lat"]) < 0.001
    assert weight == 3


def test_what_was_ever_sensitive_warms_no_cell_of_whom_its_place_is_hidden_from(tmp_path: Path):
    """Also when it is no longer marked, and when it was marked only before the day began."""
    life = [entered(5, "A", sensitive=True), incident(6, "A", sensitive=False)]
    assert cells(tmp_path / "a", *life) == []
    assert len(cells(tmp_path / "b", *life, audience="dispatcher")) == 1
    before = [entered(0, "A", sensitive=True), incident(9, "A", sensitive=False), incident(DAY + 9, "A", **HERE)]
    assert cells(tmp_path / "c", *before, seconds=DAY + 60) == []


def test_of_too_many_cells_the_heaviest_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """So that the map stays quick."""
    monkeypatch.setattr(module, "MOST_CELLS", 2)
    life = [entered(n, f"I{n}", priority=5 - n, lat=37 + n / 10) for n in range(4)]
    assert [round(lat, 1) for lat, _, _ in cells(tmp_path, *life)] == [37.3, 37.2]
