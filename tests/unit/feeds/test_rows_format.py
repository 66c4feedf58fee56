from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.marks import KEPT_DAYS
from tests.pure_picture import PurePicture
from tests.unit.feeds.mapped import ACTIVE, Polled, active, brief

DAY = 24 * 60
TABLE = {
    "kind": "incident",
    "timezone": "UTC",
    "id": "id",
    "moments": [
        {"column": "at", "field": "entered_at", "status": "pending"},
        {"column": "closed", "field": "cleared_at", "status": "closed"},
    ],
    "fields": {"type": "type"},
}
UNIT = {"kind": "unit", "timezone": "UTC", "id": "id"}


def test_a_row_is_told_once_and_then_costs_nothing():
    """A poll that says what the last one said tells nothing."""
    feed = Polled()
    assert brief(feed.take([active("1")])) == [
        ("1", -60, {"type": "Noise", "entered_at": "2026-03-01T11:00:00Z", "status": "pending"})
    ]
    told = feed.take([active("1")])
    assert (told.rows, told.unchanged, told.events, told.remember) == (1, 1, [], {})


def test_a_changed_row_is_told_when_it_was_received():
    """Nothing says when its units changed but that they had by now; what it said of its times stays where it was."""
    feed = Polled()
    feed.take([active("1")])
    told = feed.take([active("1", units="E5,T2")])
    begun, now = brief(told)
    assert begun[1] == -60
    assert now == ("1", 2, {"type": "Noise", "units": ["E5", "T2"]})


def test_a_changed_row_is_told_at_its_own_last_update():
    """Where a row says when it changed, that is when; of two changes at one such instant the later received counts."""
    feed = Polled({**ACTIVE, "updated": {"column": "upd"}})
    feed.take([active("1")])
    first = feed.take([active("1", type="Riot", upd="2026-03-01T11:59:00")]).events[-1]
    second = feed.take([active("1", type="Fight", upd="2026-03-01T11:59:00")]).events[-1]
    assert first.occurred_at == second.occurred_at
    assert PurePicture([*feed.events[::-1]]).fields("incident", "1")["type"] == "Fight"


def test_a_refused_row_is_said_once_and_keeps_its_incident():
    """Until it changes it is not refused again; what was told of it before goes on, and ends with its row."""
    feed = Polled()
    feed.take([active("1"), active("2")])
    told = feed.take([active("1", at="soon"), active("2")])
    (refused,) = told.refused
    assert (refused.row, refused.id, told.events) == (1, "1", [])
    assert refused.reason == "at is 'soon', which is no time this mapping knows."
    told = feed.take([active("1", at="soon"), active("2")])
    assert (told.refused, told.unchanged) == ([], 2)
    assert [event.id for event in feed.take([active("2")]).events] == ["1"]


def test_a_row_that_was_never_taken_has_no_end():
    """What nobody was told of does not end; when it becomes readable it begins."""
    feed = Polled()
    feed.take([active("1", at="soon"), active("2"), {"at": "2026-03-01T11:00:00"}])
    assert feed.take([active("2")]).events == []
    assert [event.id for event in feed.take([active("1"), active("2")]).events] == ["1"]


def test_a_row_from_the_future_is_tried_again():
    """A clock that runs ahead passes by itself, so the row is not remembered as refused."""
    feed = Polled()
    row = active("1", at="2026-03-01T12:30:00")
    assert feed.take([row]).refused[0].reason.endswith("more than 5 minutes ahead of this server's clock.")
    assert len(feed.take([row]).refused) == 1
    assert [event.id for event in feed.take([row], minute=40).events] == ["1"]


def test_values_that_could_not_be_used_are_remarks():
    """The row is taken; one value of it is not."""
    feed = Polled({**ACTIVE, "fields": {"priority": "p", "type": "type"}})
    told = feed.take([active("1", p="high")])
    assert (len(told.events), told.refused) == (1, [])
    assert [(remark.row, remark.id) for remark in told.remarks] == [(1, "1")]


def test_rows_of_a_table_unfold_and_are_forgotten_in_time():
    """Memory holds what was seen in the last days and no more."""
    feed = Polled(TABLE)
    old, new = active("1", closed="2026-03-01T11:30:00"), active("2")
    assert [minute for _, minute, _ in brief(feed.take([old, new]))] == [-60, -30, -60]
    feed.take([new], minute=DAY * KEPT_DAYS)
    assert len(feed.memory) == 2
    feed.take([new], minute=DAY * (KEPT_DAYS + 1))
    assert len(feed.memory) == 1
    assert feed.take([new], minute=DAY * (KEPT_DAYS + 1) + 1).unchanged == 1


def test_what_is_told_late_of_a_closed_incident_does_not_bring_it_back():
    """A disposition that comes a day later is told at the closing: the incident has left the picture since."""
    feed = Polled(TABLE)
    feed.take([active("1", closed="2026-03-01T11:30:00")])
    told = feed.take([active("1", closed="2026-03-01T11:30:00", type="Fight")], minute=DAY)
    assert max(minute for _, minute, _ in brief(told)) == -30
    assert PurePicture(feed.events).fields("incident", "1")["type"] == "Fight"


def test_a_table_that_is_no_snapshot_closes_nothing():
    """A row outside of what was asked for is not gone."""
    feed = Polled(TABLE)
    feed.take([active("1"), active("2")])
    assert feed.take([active("1")]).events == []


def test_another_mapping_reads_every_row_anew():
    """After a correction in feeds.toml all that was read before is read again."""
    feed = Polled()
    feed.take([active("1")])
    feed.format = Polled({**ACTIVE, "fields": {"type": {"column": "type", "as": "title"}}}).format
    assert feed.take([active("1")]).events


def test_a_feed_that_never_repeats_itself_remembers_nothing():
    """Each message of a webhook is new."""
    feed = Polled(TABLE, remember=False)
    assert not feed.format.remembers
    assert len(feed.take([active("1")]).events) == 1
    assert feed.memory == {}
    assert len(feed.take([active("1")]).events) == 1


def test_rows_of_one_call_are_put_together():
    """Dispatched with the first unit, over with the last, and all of them on it."""
    mapping = {**TABLE, "merge": {"earliest": ["at"], "latest": ["closed"], "all": ["unit"]}}
    feed = Polled({**mapping, "fields": {"units": "unit"}})
    rows = [
        {"id": "1", "unit": "E5", "at": "2026-03-01T11:20:00", "closed": "2026-03-01T11:30:00"},
        {"id": "1", "unit": "T2", "at": "2026-03-01T11:10:00", "closed": ""},
    ]
    assert brief(feed.take(rows)) == [
        ("1", -50, {"units": ["E5", "T2"], "entered_at": "2026-03-01T11:10:00Z", "status": "pending"})
    ]
    rows[1]["closed"] = "2026-03-01T11:40:00"
    assert brief(feed.take(rows))[-1][1] == -20
    assert feed.take(rows).unchanged == 2
    rows[0]["at"] = "soon"
    assert "at is 'soon'" in feed.take(rows).refused[0].reason


def test_one_of_many_rows_of_a_unit_is_a_part_of_its_past():
    """Each is remembered for itself, and a correction of an old one says nothing of now."""
    mapping = {
        **UNIT,
        "row": ["id", "call"],
        "moments": [
            {"column": "sent", "field": "status_since", "status": "dispatched"},
            {"column": "free", "field": "status_since", "status": "available"},
        ],
        "fields": {"incident_id": "call"},
    }
    feed = Polled(mapping)
    first = {"id": "E5", "call": "1", "sent": "2026-03-01T10:00:00", "free": "2026-03-01T10:20:00"}
    second = {"id": "E5", "call": "2", "sent": "2026-03-01T11:00:00", "free": "2026-03-01T11:20:00"}
    assert len(feed.take([first, second]).events) == 4
    assert feed.take([second]).unchanged == 1
    told = feed.take([first | {"free": "2026-03-01T10:25:00"}, second])
    assert max(minute for _, minute, _ in brief(told)) == -95
    assert PurePicture(feed.events).fields("unit", "E5")["incident_id"] == "2"


def test_bytes_that_are_no_mark_are_no_memory():
    """Whatever stands in the store, rows are read."""
    feed = Polled()
    feed.memory = {"PD\x1f1": b"?", "\x1dshrunken": b"\x01"}
    assert len(feed.take([active("1")]).events) == 1


def test_no_payload_tells_nothing():
    """Nothing was asked, nothing is gone."""
    feed = Polled()
    feed.take([active("1")])
    assert feed.take().events == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(), st.lists, max_leaves=5
)


@given(st.lists(JSON | st.dictionaries(st.sampled_from(["id", "at", "type", "units"]), JSON), max_size=6))
def test_no_rows_end_the_feed(rows):
    """Whatever stands in a payload becomes events or reasons."""
    feed = Polled()
    told = feed.take(rows)
    ids = {event.id for event in told.events} | {refused.id for refused in told.refused}
    assert bool(rows) == bool(ids or told.unchanged)
