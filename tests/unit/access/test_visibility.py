"""The table of who may see what, where it depends on the entity itself."""

from __future__ import annotations

import pytest

from rtcc.access.visibility import AUDIENCES, Audience, hidden_fields, marks_of
from rtcc.model.fields import KINDS

INCIDENT, ALARM = {"kind": "incident", "id": "i"}, {"kind": "alarm", "id": "a"}
READERS: set[Audience] = {"dispatcher", "supervisor", "admin"}


@pytest.mark.parametrize("about", [[ALARM], [INCIDENT, ALARM], [], None])
@pytest.mark.parametrize("audience", sorted(set(AUDIENCES) - {"public"}))
def test_a_note_about_more_than_incidents_is_read_by_operators_only(about: object, audience: Audience) -> None:
    """An alarm may be about a covert unit, and so may what is written about it, or about nobody knows what."""
    hidden = hidden_fields(audience, "note", marks_of("note", {"about": about, "text": "x"}))
    assert hidden == (frozenset() if audience in READERS else {"about", "text"})


@pytest.mark.parametrize("audience", sorted(set(AUDIENCES) - {"public"}))
def test_officers_read_what_is_written_about_incidents(audience: Audience) -> None:
    """A dog behind the door is written for those who go there."""
    hidden = hidden_fields(audience, "note", marks_of("note", {"about": [INCIDENT], "text": "x"}))
    assert hidden == (frozenset() if audience in {*READERS, "officer"} else {"about", "text"})


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_public_warning_goes_to_all(audience: Audience) -> None:
    """A notice is public: every audience receives it whole."""
    fields = dict.fromkeys(KINDS["notice"], "x")
    assert hidden_fields(audience, "notice", marks_of("notice", fields)) == frozenset()
