"""Changes as columns: whatever a change says comes back as it was, and takes few bytes."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtcc.journal.columns import decode, encode, in_order
from rtcc.model.fields import KINDS
from rtcc.picture.changes import Change

INSTANTS = (
    "2026-11-22T02:14:00Z",
    "2026-11-22T02:14:00.5Z",
    "2026-11-22T02:14:00.000Z",
    "2026-11-22T02:14:00.250Z",
    "2026-11-22T02:14:00.000000Z",
    "2026-11-22T02:14:00.123456Z",
    "2026-11-22T02:14:00.123456789Z",
    "2026-11-22t02:14:00z",
    "2026-11-21T18:14:00-08:00",
)
_numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60)
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)
_of = {
    "text": _texts,
    "number": _numbers,
    "whole": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "instant": st.sampled_from(INSTANTS),
    "json": st.lists(_texts, max_size=3) | st.lists(st.fixed_dictionaries({"kind": _texts, "id": _texts}), max_size=2),
}
#: What no rule of ours lets in, but an older or a newer version may have: it must not be lost either.
_odd = st.none() | st.booleans() | _numbers | _texts


@st.composite
def changes_of_a_kind(draw: Any) -> tuple[str, list[Change]]:
    """Return a kind and changes of it."""
    kind = draw(st.sampled_from([*KINDS, "of_tomorrow"]))
    checks = KINDS.get(kind, {"future": KINDS["unit"]["callsign"]})
    values = {name: st.none() | _of[check.holds] for name, check in checks.items()}
    if kind == "of_tomorrow":
        values = {"future": _odd, "other": _odd}
    fields = st.none() | st.fixed_dictionaries({}, optional=values | {"unheard_of": _odd})
    moments = st.sampled_from(["2026-11-22T02:14:00Z", "2026-11-22T02:14:00.000001Z", "1999-12-31T23:59:59.999999Z"])
    change = st.builds(
        Change,
        st.integers(0, 2**61).map(lambda position: position),
        st.just(kind),
        _texts,
        _texts,
        _texts,
        fields,
        moments,
        moments,
        st.none() | st.integers(0, 2**63 - 1),
        st.integers(0, 499),
    )
    return kind, draw(st.lists(change, min_size=1, max_size=6))


@given(changes_of_a_kind())
def test_every_change_comes_back_as_it_was(made):
    """A change is the same after a table: every value with its type and its spelling, absent apart from cleared."""
    kind, changes = made
    back = list(decode(encode(kind, changes)))
    assert back == changes
    assert [typed(change) for change in back] == [typed(change) for change in changes]


def typed(change: Change) -> dict[str, Any] | None:
    """Return the types of a change's values, since 1 == 1.0 == True."""
    return None if change.fields is None else {name: type(value) for name, value in change.fields.items()}


@given(changes_of_a_kind())
def test_sorting_keeps_the_order_of_each_entity(made):
    """Sorted by entity, the changes of each one stand in the order in which they came."""
    kind, changes = made
    back = list(decode(in_order(encode(kind, changes))))
    assert [change.id for change in back] == sorted((change.id for change in changes), key=str.encode)
    for id_ in {change.id for change in changes}:
        assert [c for c in back if c.id == id_] == [c for c in changes if c.id == id_]


def test_a_number_too_large_for_a_float_keeps_its_digits():
    """A whole number that a float cannot hold is kept beside the column."""
    fields = {"speed_mps": 2**53 + 1}
    change = Change(1 << 20, "unit", "3D12", "SFPD", "avl", fields, INSTANTS[0], INSTANTS[0])
    assert next(decode(encode("unit", [change]))).fields == fields
