"""What makes an event, and what is said of one that is none: the field, the kind of its value, what is allowed."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.model import lifecycle
from rtcc.model.checks import kind_of, parse_instant
from rtcc.model.event import EventError, parse_event
from rtcc.model.fields import KINDS
from rtcc.model.version import digits
from rtcc.model.wire import decode, encode
from tests.factories import NOON, body, events, make_event

SECRET = "+14155550199"


def value(**over: Any) -> dict[str, Any]:
    """Return a good event as a client pushes it; ``over`` replaces parts."""
    return body(make_event()) | over


def refused(given: object) -> EventError:
    """Return why something is refused."""
    with pytest.raises(EventError) as caught:
        parse_event(given, NOON)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert SECRET not in sentence
    return caught.value


def test_a_good_event_is_read_whole() -> None:
    """All parts arrive as sent; the instant is UTC, received_at is ours."""
    event = parse_event(value(occurred_at="2026-11-22T04:00:00.5-08:00", sequence=7, received_at="x"), NOON)
    assert event == make_event(occurred_at=NOON + timedelta(seconds=0.5), sequence=7)


@pytest.mark.parametrize("given", [None, True, 1, 1.5, SECRET, [SECRET], []])
def test_an_event_is_an_object(given: Any) -> None:
    """Anything else is refused by its kind."""
    assert kind_of(given) in str(refused(given))


@pytest.mark.parametrize("name", ["kind", "id", "agency", "source", "occurred_at", "sequence"])
@pytest.mark.parametrize("wrong", [True, -1, 1.5, "", SECRET + "\n", SECRET * 20, [SECRET], {"a": SECRET}])
def test_each_part_of_the_envelope_is_checked(name: str, wrong: Any) -> None:
    """The sentence names the part, the kind of its value and what it must be."""
    error = refused(value(**{name: wrong}))
    assert error.field == name
    assert str(error).startswith(f"{name} is {kind_of(wrong)}; it must be ")


@pytest.mark.parametrize("name", ["kind", "id", "agency", "source", "occurred_at", "data"])
def test_each_part_of_the_envelope_is_needed(name: str) -> None:
    """What is missing is called missing."""
    given = value()
    del given[name]
    error = refused(given)
    assert error.field == name
    assert f"{name} is missing; it must be " in str(error)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, checks in KINDS.items() for name in checks])
def test_each_field_says_what_it_must_be(kind: str, name: str) -> None:
    """No field takes an object in a list in a list, or a value far too long; its sentence says what is allowed."""
    for wrong in ([[SECRET]], {"secret": SECRET}, SECRET * 2000, -(10**30), "\x00"):
        data = {name: wrong} | ({"lon": 0} if name == "lat" else {"lat": 0} if name == "lon" else {})
        error = refused(value(kind=kind, data=data))
        assert error.field == f"data.{name}"
        assert str(error) == f"data.{name} is {kind_of(wrong)}; it must be {KINDS[kind][name].allowed}."


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, checks in KINDS.items() for name in checks])
def test_each_field_can_be_cleared(kind: str, name: str) -> None:
    """Null is good for every field."""
    data = {name: None} | ({"lat": None, "lon": None} if name in {"lat", "lon"} else {})
    assert parse_event(value(kind=kind, data=data), NOON).data == data


@pytest.mark.parametrize(
    "numbers", [float("nan"), float("inf"), -float("inf"), 90.1, -90.1, True, "37.7", 10**400], ids=str
)
def test_a_latitude_is_a_finite_number_of_degrees(numbers: Any) -> None:
    """NaN, infinity, booleans, text and what lies off the globe are refused."""
    assert refused(value(data={"lat": numbers, "lon": 0})).field == "data.lat"


@pytest.mark.parametrize(("kind", "field"), lifecycle.RANKS)
def test_a_status_is_one_of_its_words(kind: str, field: str) -> None:
    """All words of a lifecycle are good, in small letters only; the sentence lists them."""
    for word in lifecycle.RANKS[kind, field]:
        parse_event(value(kind=kind, data={field: word}), NOON)
        assert word in str(refused(value(kind=kind, data={field: word.upper() + " "})))


def test_a_position_is_whole() -> None:
    """Latitude without longitude, or one of them cleared, is refused; both cleared is good."""
    for data in ({"lat": 1.0}, {"lon": 1.0}, {"lat": 1.0, "lon": None}, {"lat": None, "lon": 1.0}):
        assert refused(value(data=data)).field == "data.lat"
    assert parse_event(value(data={"lat": None, "lon": None}), NOON).data == {"lat": None, "lon": None}


@pytest.mark.parametrize("name", [SECRET, "a b", "x" * 41, "ключ" * 20, ""])
def test_an_unknown_name_is_shown_only_where_it_is_a_short_word(name: str) -> None:
    """A number or sentence that slipped into a name stays out of answers and logs."""
    for wrong in (value(**{name: 1}), value(data={name: 1})):
        assert name not in str(refused(wrong)) or not name
        assert "a name that is no word" in str(refused(wrong))
    assert "data.phone is not a known field; allowed are " in str(refused(value(data={"phone": SECRET})))


def test_a_clock_may_run_five_minutes_ahead() -> None:
    """To the second; and nothing is from before 1970."""
    parse_event(value(occurred_at="2026-11-22T12:05:00Z"), NOON)
    assert "more than 5 minutes ahead" in str(refused(value(occurred_at="2026-11-22T12:05:01Z")))
    assert refused(value(occurred_at="1969-12-31T23:59:59Z")).field == "occurred_at"


@pytest.mark.parametrize(
    "text",
    ["2026-01-16T18:04:37", "2026-01-16", "2026-01-16 18:04:37Z", "2026-02-30T00:00:00Z", "2026-01-16T24:00:01Z",
     "2026-01-16T18:04:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
     "2026-W03-5T18:04:37Z", "2026-01-16T18:04:37+0000", "2026-01-16T18:04:37.Z", "٢٠٢٦-01-16T18:04:37Z",
     "2026-01-16T18:04:37Z\n", "2026-01-16T18:04:37+99:99", None, 1, True],
)  # fmt: skip
def test_other_times_are_none(text: Any) -> None:
    """Naive, impossible, loosely written, or none at all."""
    assert parse_instant(text) is None


@given(st.integers(0, 10**15), st.integers(-14 * 60, 14 * 60))
def test_every_instant_that_python_writes_is_read(microseconds: int, offset: int) -> None:
    """ISO 8601 with an offset of whole minutes names the same instant in UTC."""
    instant = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert parse_instant(instant.astimezone(timezone(timedelta(minutes=offset))).isoformat()) == instant


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) |
                    st.dictionaries(st.sampled_from([*body(make_event()), "sequence", "x"]), inner)))  # fmt: skip
def test_whatever_comes_is_an_event_or_an_error(given: Any) -> None:
    """No value makes the check itself fail."""
    for whole in (given, value(data=given), value() | given if isinstance(given, dict) else given):
        with contextlib.suppress(EventError):
            parse_event(whole, NOON)


@given(st.lists(events(), max_size=5))
def test_events_travel_between_processes_unchanged(batch: list[Any]) -> None:
    """What is decoded equals what was encoded."""
    assert decode(encode(batch)) == batch


@given(events(), events())
def test_digits_sort_as_moments_and_sequences_do(one: Any, other: Any) -> None:
    """The text of a version orders as time, then the source's own counter, none of which comes first."""

    def order(event: Any) -> tuple[datetime, int]:
        return event.occurred_at, -1 if event.sequence is None else event.sequence

    assert (digits(one) < digits(other)) == (order(one) < order(other))
    assert len(digits(one)) == 37
