"""A real week of Houston's list of active incidents, snapshot after snapshot: what is open is what the list holds."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from rtcc.feeds.declared import load_feeds
from rtcc.feeds.payload import Payload

EXAMPLE = Path(__file__).parents[2] / "examples" / "feeds" / "houston.toml"


@pytest.fixture(scope="module")
def houston(shared_data):
    """A week of the list, each snapshot read with what the ones before it left in memory."""
    (declared,), memory, told, listed = load_feeds(EXAMPLE), {}, [], []
    with gzip.open(shared_data / "houston_active" / "week_2024-06-03.ndjson.gz") as lines:
        for line in lines:
            scraped = orjson.loads(line)
            attributes = scraped.get("features") or [f["attributes"] for f in scraped["payload"]["features"]]
            payload = scraped.get("payload") or {"features": [{"attributes": one} for one in attributes]}
            at = datetime.fromisoformat(scraped["scraped_at"])
            one = declared.format.read_all([Payload(at, "houston", "", orjson.dumps(payload))], memory)
            memory = {key: mark for key, mark in (memory | one.remember).items() if mark is not None}
            told.append((at, one))
            listed.append(attributes)
    return told, listed, memory


def id_of(row):
    """Return an incident's id and agency as its row has them."""
    return f"{row['UID']}-{row['CALL_TIME']}", {"F": "HFD", "P": "HPD"}[row["Agency"]]


def test_a_week_of_houston_is_read_whole(houston):
    """628 snapshots, 44,330 rows, none refused; what did not change was not told again."""
    told, listed, memory = houston
    assert len(told) == 628
    assert sum(one.rows for _, one in told) == 44_330
    assert sum(len(one.refused) + len(one.remarks) for _, one in told) == 0
    entities = {(event.id, event.agency) for _, one in told for event in one.events}
    assert entities == {id_of(row) for rows in listed for row in rows}
    assert len(entities) == 12_938
    last = {id_of(row): row for row in listed[0]}
    same = 0
    for rows in listed[1:]:
        now = {id_of(row): row for row in rows}
        same += sum(last.get(key) == row for key, row in now.items())
        last = now
    # One was missing from a list that was not believed, and on the next as it had been.
    assert sum(one.unchanged for _, one in told) == same + 1
    # Those on the list, and those that left it within the last days: so much and no more is remembered.
    recent = {
        id_of(row)
        for (at, _), rows in zip(told, listed, strict=True)
        for row in rows
        if told[-1][0] - at < timedelta(days=4)
    }
    assert len(memory) <= len(recent)


def test_an_incident_of_houston_ends_by_leaving_the_list(houston):
    """After every snapshot what is open is what it lists, but for those that were not believed at once."""
    told, listed, _ = houston
    status, doubted, still = {}, 0, set()
    for (at, one), rows in zip(told, listed, strict=True):
        before, shown = still, {id_of(row) for row in rows}
        for event in one.events:
            if "status" in event.data:
                status[event.id, event.agency] = event.data["status"]
                if event.data["status"] == "closed":
                    assert (event.occurred_at, event.data["cleared_at"]) == (at, at.isoformat().replace("+00:00", "Z"))
        still = {key for key, value in status.items() if value != "closed"}
        if still != shown:
            # More than half had left at once, most often because the list was not fetched for hours.
            assert still == shown | before
            assert len(before - shown) > 0.5 * len(before)
            doubted += 1
    assert doubted == 8
    assert Counter(status.values())["closed"] == len(status) - len(still)


@pytest.mark.parametrize("at", [0, 40, 81])
def test_an_incident_of_houston_is_what_its_row_says(houston, at):
    """Three whole rows of the first snapshot, which is a payload as the server sent it."""
    told, listed, _ = houston
    row = listed[0][at]
    id_, agency = id_of(row)
    (event,) = [event for event in told[0][1].events if (event.id, event.agency) == (id_, agency)]
    assert event.occurred_at == datetime.fromtimestamp(row["CALL_TIME"] / 1000, UTC)
    assert event.data["entered_at"] == event.occurred_at.isoformat().replace("+00:00", "Z")
    assert event.data["type"].upper() == row["IncidentType"]
    assert event.data["units"] == row["Units"].split(",")
    assert event.data["address"].upper() == row["Address"]
    assert (event.data["lat"], event.data["lon"]) == (row["LATITUDE"], row["LONGITUDE"])
    assert (event.data["beat"], event.data["status"]) == (row["KeyMap"], "dispatched")


def test_units_of_houston_change_while_it_goes_on(houston):
    """What a later snapshot says of an incident is told at that snapshot's instant."""
    told, listed, _ = houston
    before = {id_of(row): row for row in listed[0]}
    changed = [row for row in listed[1] if (old := before.get(id_of(row))) and old["Units"] != row["Units"]]
    assert changed
    for row in changed:
        event = [e for e in told[1][1].events if (e.id, e.agency) == id_of(row)][-1]
        assert event.occurred_at == told[1][0]
        assert event.data["units"] == row["Units"].split(",")
