"""CAP alerts: what a notice is of each, how a chain converges in any order, and what is refused with which reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.cap import CapFormat
from rtcc.feeds.payload import NOT_OURS, FeedTableError, Payload, Told
from rtcc.model.event import iso
from tests.pure_picture import PurePicture
from tests.unit.feeds.cap_alerts import RING, alert, refers
from tests.unit.feeds.payloads import NAMES, NOW, payload, reasons, said

CAP = CapFormat.from_table(NAMES, {})


def read(text: str, cap: CapFormat = CAP, at: datetime = NOW) -> Told:
    """Read one payload without a memory."""
    return cap.read(payload(text, at), {})


def at(text: str) -> Payload:
    """Return an alert as it came when it was sent, two hours later at the latest."""
    return payload(text, NOW + timedelta(hours=2))


class TestChains:
    """Alerts, updates and cancellations, in whatever order and however often they come."""

    CHAIN = (
        alert("A", 0),
        alert("B", 10, msgType="Update", references=refers("A")),
        alert("C", 20, msgType="Update", references=refers("A", "B")),
        alert("D", 30, msgType="Cancel", references=refers("A", "B", "C")),
        # Another that goes on, and one whose update was sent in the same second.
        alert("E", 5),
        alert("F", 5, msgType="Update", references=refers("E")),
    )

    @given(order=st.permutations(range(len(CHAIN))), again=st.lists(st.integers(0, len(CHAIN) - 1), max_size=6))
    def test_any_order_ends_in_the_same_picture(self, order: list[int], again: list[int]) -> None:
        """An update that comes before its alert, and each of them twice: one picture."""
        events = [event for i in [*order, *again] for event in CAP.read(at(self.CHAIN[i]), {}).events]
        picture = PurePicture(events).entities()["notice"]
        assert {id_: notice["state"] for id_, notice in picture.items()} == {
            "A": "ended",
            "B": "ended",
            "C": "ended",
            "E": "ended",
            "F": "active",
        }
        assert picture["A"]["ended_at"] == iso(NOW + timedelta(minutes=30))
        assert (picture["A"]["replaced_by"], picture["E"]["replaced_by"]) == ("C", "F")
        assert picture["A"]["event"] == "Flood"
        assert (
            picture == PurePicture(e for text in self.CHAIN for e in CAP.read(at(text), {}).events).entities()["notice"]
        )

    def test_what_was_over_when_it_came_is_not_shown_as_current(self) -> None:
        """An alert that had expired is told as ended."""
        late = read(
            alert(info="<info><expires>2026-11-20T12:30:00+00:00</expires></info>"), at=NOW + timedelta(hours=1)
        )
        assert said(late)["notice", "A"]["state"] == "ended"

    def test_one_that_does_not_say_how_long_it_holds(self) -> None:
        """It holds for a day, or for as long as the feed says."""
        short = CapFormat.from_table(NAMES, {"lasts_s": 3600})
        assert said(read(alert()))["notice", "A"]["expires_at"] == "2026-11-21T12:00:00Z"
        assert said(read(alert(), short))["notice", "A"]["expires_at"] == "2026-11-20T13:00:00Z"


class TestNotOurs:
    """What is well-formed and still must not stand on a wall."""

    @pytest.mark.parametrize("status", ["Exercise", "System", "Test", "Draft"])
    def test_only_what_is_actual_is_shown(self, status: str) -> None:
        """A test, an exercise or a draft becomes no notice, nor does it end one."""
        told = read(alert(status=status, msgType="Cancel", references=refers("A")))
        assert told.events == []
        assert reasons(told) == [f"{NOT_OURS}: its status is {status}, and only what is Actual is shown."]

    @pytest.mark.parametrize("scope", ["Private", "Restricted"])
    def test_what_is_not_public_is_not_told_to_all(self, scope: str) -> None:
        """Notices go to every audience, so only public ones become some."""
        assert read(alert(scope=scope)).events == []

    def test_what_is_elsewhere(self) -> None:
        """A feed of a whole country shows what touches the box or has one of the codes."""
        info = f"<info><area><polygon>{RING}</polygon></area></info>"
        geocode = "<geocode><valueName>SAME</valueName><value>006075</value></geocode>"
        coded = f"<info><area>{geocode}</area></info>"
        near = CapFormat.from_table(NAMES, {"within": [37.6, -122.6, 37.9, -122.3]})
        far = CapFormat.from_table(NAMES, {"within": [40.0, -75.0, 41.0, -74.0], "geocodes": ["SAME:006075"]})
        assert read(alert(info=info), near).events
        assert reasons(read(alert(info=info), far)) == [f"{NOT_OURS}: it is about other places."]
        assert read(alert(info=coded), far).events

    def test_a_circle_touches_by_its_radius(self) -> None:
        """A circle whose middle is outside counts where it reaches in."""
        near = CapFormat.from_table(NAMES, {"within": [37.6, -122.6, 37.9, -122.3]})
        circle = "<info><area><circle>38.0,-122.4 {}</circle></area></info>"
        assert read(alert(info=circle.format(20)), near).events
        assert not read(alert(info=circle.format(5)), near).events

    def test_an_update_that_moved_away_ends_what_it_updates(self) -> None:
        """Its own notice is over, too: it is about other places."""
        far = CapFormat.from_table(NAMES, {"within": [40.0, -75.0, 41.0, -74.0]})
        info = f"<info><area><polygon>{RING}</polygon></area></info>"
        told = read(alert("B", 10, msgType="Update", references=refers("A"), info=info), far, NOW + timedelta(hours=1))
        assert {id_: fields["state"] for (_, id_), fields in said(told).items()} == {"A": "ended", "B": "ended"}


class TestAreas:
    """Outlines as browsers can bear them."""

    def test_a_huge_outline_is_thinned_and_keeps_its_shape(self) -> None:
        """Of 20,000 corners as many remain as a notice may have, the extremes among them."""
        corners = [f"{37 + i / 10_000:.5f},{-122 + (i % 7) / 100_000:.5f}" for i in range(10_000)]
        corners += [f"{38 - i / 10_000:.5f},-121.0" for i in range(10_000)]
        told = read(alert(info=f"<info><area><polygon>{' '.join(corners)}</polygon></area></info>"))
        (polygon,) = (area["polygon"] for area in said(told)["notice", "A"]["areas"])
        assert 4 <= len(polygon) <= 2_000
        assert polygon[0] == polygon[-1]
        lats, lons = zip(*polygon, strict=True)
        assert (min(lats), max(lats)) == (37.0, 38.0)
        assert (max(lons), min(lons)) == (-121.0, -122.0)

    @pytest.mark.parametrize("polygon", ["1,2 3,4", "a,b c,d e,f g,h", "95,0 95,1 96,1 95,0", "1 2 3 4"])
    def test_a_broken_outline_is_left_out_with_a_remark(self, polygon: str) -> None:
        """The warning is told all the same."""
        told = read(alert(info=f"<info><event>Flood</event><area><polygon>{polygon}</polygon></area></info>"))
        assert "areas" not in said(told)["notice", "A"]
        assert [remark.reason for remark in told.remarks] == [
            "polygon is no ring of at least 3 pairs lat,lon; it is left out."
        ]


class TestMemory:
    """A container is polled again and again; only what is new in it is told."""

    @staticmethod
    def feed(*alerts: str) -> Payload:
        return payload(f"<alerts>{''.join(alerts)}</alerts>")

    def test_what_has_not_changed_is_not_told_again(self) -> None:
        """The second poll tells the new one alone, and forgets the one that is gone."""
        first = CAP.read(self.feed(alert("A"), alert("B")), {})
        memory = {key: mark for key, mark in first.remember.items() if mark}
        second = CAP.read(self.feed(alert("B"), alert("C")), memory)
        assert (second.rows, second.unchanged, set(said(second))) == (2, 1, {("notice", "C")})
        assert second.remember["A"] is None
        assert set(second.remember) == {"A", "C"}

    def test_a_refused_one_is_not_taken_as_told(self) -> None:
        """It is read again the next time."""
        told = CAP.read(self.feed(alert("A", scope="Nobody")), {})
        assert told.remember == {}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"within": [1, 2, 3]}, "feeds.outside.within is a list; it must be a list [south, west, north, east]"),
        ({"langauge": "en"}, "feeds.outside.langauge is not known; allowed are geocodes, language, lasts_s, within."),
    ],
)
def test_a_wrong_table_is_refused(table: dict[str, Any], says: str) -> None:
    """A key that nobody knows, or a value that fits none, ends with a sentence."""
    with pytest.raises(FeedTableError) as error:
        CapFormat.from_table(NAMES, table)
    assert str(error.value).startswith(says)


def test_ids_that_are_too_long_stay_apart() -> None:
    """A longer identifier is cut, and two that begin alike do not become one."""
    numbers = count()
    ids = {read(alert("https://alerts.example.org/" + "x" * 80 + str(next(numbers)))).events[0].id for _ in range(3)}
    assert len(ids) == 3
    assert all(len(id_) <= 64 for id_ in ids)


def test_it_says_when_it_was_in_utc() -> None:
    """Whatever offset an alert was written with."""
    (event,) = read(alert()).events
    assert event.occurred_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
