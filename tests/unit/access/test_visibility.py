"""The table of who may see what, where it depends on the entity itself."""

from __future__ import annotations

import pytest

from rtcc.access.visibility import AUDIENCES, Audience, hidden_fields, marks_of, role_behind, screen_of
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


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize("role", AUDIENCES)
def test_a_screen_receives_what_its_role_does_but_what_asks_for_a_reason(role: Audience, sensitive: bool) -> None:
    """Plates always, and of a sensitive incident what was told and who told it; where nothing waits it is the role."""
    screen = screen_of(role)
    assert role_behind(screen) == role
    waits = {"detection": {"plate"}, "incident": {"narrative", "caller_name"} if sensitive else set()}
    for kind in KINDS:
        marks = marks_of(kind, {"sensitive": sensitive})
        by_role = hidden_fields(role, kind, marks)
        more = waits.get(kind, set()) if screen != role else set()
        assert hidden_fields(screen, kind, marks) == (None if by_role is None else by_role | more)
