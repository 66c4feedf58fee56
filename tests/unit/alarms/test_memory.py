"""Since when something is as it is: the earliest that is heard of it while nothing else is."""

from rtcc.alarms.memory import Memory


def test_it_remembers_the_earliest_while_it_is_so() -> None:
    """A later word changes nothing, an earlier one that comes late does."""
    memory = Memory()
    assert memory.since("unit", "on_scene", 20) == 20
    assert memory.since("unit", "on_scene", 30) == 20
    assert memory.since("unit", "on_scene", 10) == 10
    assert memory.known("unit") == ("on_scene", 10)


def test_something_else_begins_anew() -> None:
    """And so does what was forgotten."""
    memory = Memory({"unit": ("on_scene", 10)})
    assert memory.since("unit", "busy", 20) == 20
    memory.forget("unit")
    assert memory.known("unit") is memory.known_since("unit") is None
    assert memory.since("unit", "busy", 40) == 40


def test_only_what_is_new_is_kept() -> None:
    """What the store knows already is not written again; what it never knew is not deleted there."""
    memory = Memory({"known": ("", 10)})
    memory.since("known", "", 15)
    memory.forget("never known")
    assert not memory.unsaved
    memory.since("new", "", 15)
    memory.forget("known")
    assert memory.unsaved == {"new", "known"}


def test_what_was_kept_is_not_touched() -> None:
    """A memory that begins with what was kept has its own copy."""
    kept = {"unit": ("", 10.0)}
    Memory(kept).forget("unit")
    assert kept == {"unit": ("", 10.0)}
