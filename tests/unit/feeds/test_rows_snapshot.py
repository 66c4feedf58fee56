from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pure_picture import PurePicture
from tests.unit.feeds.mapped import ACTIVE, Polled, active, brief

AVL = {
    "kind": "unit",
    "timezone": "UTC",
    "id": "id",
    "snapshot": True,
    "fields": {"callsign": "id", "unit_type": "type"},
}


def test_a_row_that_is_gone_closes_its_incident():
    """Closed, at the instant of the snapshot without it; and only once."""
    feed = Polled()
    feed.take([active("1"), active("2")])
    assert brief(feed.take([active("1")])) == [("2", 2, {"status": "closed", "cleared_at": "2026-03-01T12:02:00Z"})]
    assert feed.take([active("1")]).events == []


def test_an_incident_that_comes_back_is_open_again():
    """It is told as it is when it was received: an older word could not open what has been closed."""
    feed = Polled()
    for rows in ([active("1"), active("2")], [active("1")], [active("1"), active("2")]):
        feed.take(rows)
    now = PurePicture(feed.events).fields("incident", "2")
    assert now["status"] == "pending"
    assert "cleared_at" not in now
    feed.take([active("1")])
    assert PurePicture(feed.events).fields("incident", "2")["status"] == "closed"


def test_units_that_are_gone_are_withdrawn_unless_told_otherwise():
    """A unit that is listed no more is nowhere; a mapping may say that it is off duty instead."""
    rows = [{"id": "E5", "type": "engine"}, {"id": "E6", "type": "engine"}]
    feed = Polled(AVL)
    feed.take(rows)
    assert brief(feed.take(rows[:1])) == [("E6", 2, None)]
    feed.take(rows)
    assert PurePicture(feed.events).fields("unit", "E6")["unit_type"] == "engine"
    feed = Polled({**AVL, "gone": {"status": "off_duty"}})
    feed.take(rows)
    assert brief(feed.take(rows[:1])) == [("E6", 2, {"status": "off_duty"})]


def test_a_detection_that_leaves_its_list_has_not_unhappened():
    """It leaves the picture by its age; nothing is told."""
    feed = Polled({**AVL, "kind": "detection", "fields": {"detection_type": {"value": "gunshot"}}})
    feed.take([{"id": "1"}, {"id": "2"}])
    assert feed.take([{"id": "1"}]).events == []


@pytest.mark.parametrize("left", [[], [active("0")]])
def test_a_snapshot_that_shrank_too_much_must_be_confirmed(left):
    """One empty or broken answer must not clear the board; two in a row are believed."""
    feed = Polled()
    feed.take([active(str(n)) for n in range(20)])
    assert feed.take(left).events == []
    assert len(feed.take(left).events) == 20 - len(left)
    assert feed.take(left).events == []


def test_a_doubted_snapshot_is_forgotten_when_the_next_one_is_whole():
    """The doubt is about two in a row, not about two in a week."""
    feed, whole = Polled(), [active(str(n)) for n in range(20)]
    for rows in (whole, [], whole, []):
        assert [event for event in feed.take(rows).events if event.data["status"] == "closed"] == []
    assert len(feed.take([]).events) == 20


def test_new_rows_of_a_doubted_snapshot_are_told_all_the_same():
    """Only the closings wait."""
    feed = Polled()
    feed.take([active(str(n)) for n in range(20)])
    assert [event.id for event in feed.take([active("new")]).events] == ["new"]


def test_few_rows_may_all_change_places():
    """Of fewer than ten nobody wonders, unless the list is empty."""
    feed = Polled()
    feed.take([active("1"), active("2"), active("3")])
    assert [event.id for event in feed.take([active("4")]).events] == ["4", "1", "2", "3"]
    assert feed.take([]).events == []


def test_what_is_gone_is_judged_over_all_pages():
    """A row on the second page is there; a page that is none tells nothing gone."""
    feed = Polled()
    feed.take([active("1")], [active("2")])
    assert feed.take([active("1")], [active("2")]).events == []
    told = feed.take([active("1")], b"<html>")
    assert (told.rows, told.events) == (1, [])
    assert told.refused[0].row == 0
    assert [event.id for event in feed.take([active("1")], []).events] == ["2"]


def test_a_list_that_breaks_off_ends_nothing():
    """What came before the break is taken; what would have come after it is not gone."""
    feed = Polled()
    feed.take([active("1"), active("2")])
    told = feed.take(b'{"id": "1", "at": "2026-03-01T11:00:00", "type": "Fight", "units": ""}\n{"id": "2", "at')
    assert {event.id for event in told.events} == {"1"}
    assert len(told.refused) == 1
    assert [event.id for event in feed.take([active("1")]).events if event.data.get("status") == "closed"] == ["2"]


def test_a_row_on_two_pages_is_one_row():
    """Rows that shift between pages come twice, as they were or revised; both ends well."""
    feed = Polled()
    told = feed.take([active("1"), active("2")], [active("2"), active("3")])
    assert (told.rows, [event.id for event in told.events]) == (4, ["1", "2", "3"])
    assert feed.take([active("3"), active("2")], [active("2"), active("1")]).events == []
    feed.take([active("1"), active("2")], [active("2", type="Fight"), active("3")])
    assert PurePicture(feed.events).fields("incident", "2")["type"] == "Fight"


def test_the_order_of_rows_and_columns_says_nothing():
    """A portal may shuffle both."""
    feed, rows = Polled(), [active(str(n)) for n in range(5)]
    feed.take(rows)
    shuffled = [dict(random.Random(3).sample(list(row.items()), len(row))) for row in rows[::-1]]
    assert feed.take(shuffled).events == []


def test_columns_that_are_to_be_ignored_change_nothing():
    """A row's number in a layer that is written anew each day is no news."""
    feed = Polled({**ACTIVE, "ignore": ["n"]})
    feed.take([active("1", n=1)])
    assert feed.take([active("1", n=2)]).unchanged == 1


def test_a_snapshot_without_ids_closes_nothing():
    """Where the column of the id was renamed the list says nothing of which have gone."""
    feed = Polled()
    feed.take([active("1"), active("2")])
    renamed = [{"ident": "1", "at": "2026-03-01T11:00:00"}, {"ident": "2", "at": "2026-03-01T11:00:00"}]
    for _ in range(3):
        assert feed.take(renamed).events == []
    assert feed.take([active("1"), active("2")]).unchanged == 2


SNAPSHOTS = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["x", "y"])), min_size=1, max_size=8)


@given(SNAPSHOTS)
def test_the_picture_is_the_list_as_it_was_last_told(snapshots):
    """Whatever came and went, what is open is what the last list held, with what it said of it."""
    feed = Polled()
    # The last one twice, so that an empty one is confirmed.
    for snapshot in [*snapshots, snapshots[-1]]:
        feed.take([active(id_, type=type_) for id_, type_ in snapshot.items()])
    order = list(feed.events)
    random.Random(5).shuffle(order)
    picture = PurePicture(order).entities().get("incident", {})
    shown = {id_: fields["type"] for id_, fields in picture.items() if fields["status"] != "closed"}
    assert shown == snapshots[-1]
    assert all(("cleared_at" in fields) == (fields["status"] == "closed") for fields in picture.values())
    # The same lists once more, by who died before the memory was written, end in the same picture.
    again = Polled()
    for snapshot in [*snapshots, snapshots[-1]]:
        again.take([active(id_, type=type_) for id_, type_ in snapshot.items()])
    assert PurePicture([*feed.events, *again.events]).entities() == PurePicture(feed.events).entities()
