"""Rule call_waiting: somebody calls 911, and nobody has answered within the time that is owed."""

from tests.alarm_center import Center

ALARM = "call_waiting:911"
AFTER_S = 20
PARAMETERS = {"after_s": AFTER_S, "clear_after_s": 60}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["call_waiting"], call_waiting=PARAMETERS)


def call(center: Center, id_: str = "C-1", state: str = "ringing", **fields: object) -> None:
    """A call is in some state."""
    center.say("call", id_, source="911", state=state, **fields)


def about(center: Center, alarm: str = ALARM) -> list[str]:
    """Return the ids of the calls that an alarm is about."""
    return [each["id"] for each in center.alarm(alarm)["about"]]


def test_it_is_raised_after_its_time() -> None:
    """A call that rings for so long raises a high alarm, and not before."""
    center = watched()
    call(center, started_at=center.ago(0))
    center.wait(AFTER_S - 0.1)
    assert not center.is_open(ALARM)
    center.wait(0.2)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "high")
    assert alarm["title"] == "Calls wait for an answer: 911"
    assert alarm["about"] == [{"kind": "call", "id": "C-1"}]


def test_a_call_that_does_not_say_when_it_began_rings_since_it_was_heard() -> None:
    """Also when it is said again, and through a death."""
    center = watched()
    call(center)
    center.wait(10)
    call(center, caller_number="+1 415 555 0100")
    center.die()
    center.wait(9.9)
    assert not center.is_open(ALARM)
    center.wait(0.2)
    assert center.is_open(ALARM)


def test_each_queue_has_its_own() -> None:
    """A call without a queue waits in that of 911; an alarm asks those who answer that queue."""
    center = watched()
    call(center, "C-1", started_at=center.ago(21))
    call(center, "C-2", queue="non-emergency", started_at=center.ago(21))
    assert set(center.open()) == {ALARM, "call_waiting:non-emergency"}
    assert about(center, "call_waiting:non-emergency") == ["C-2"]
    call(center, "C-2", "answered")
    center.wait(61)
    assert list(center.open()) == [ALARM]


def test_it_is_about_all_that_wait_too_long_the_oldest_first() -> None:
    """Whoever waits longest is the first; those that may still ring are not in it yet."""
    center = watched()
    for number, ago_s in enumerate((25, 40, 5, 30), 1):
        call(center, f"C-{number}", started_at=center.ago(ago_s))
    assert about(center) == ["C-2", "C-4", "C-1"]
    center.wait(15)
    assert about(center) == ["C-2", "C-4", "C-1", "C-3"]
    call(center, "C-2", "answered")
    assert about(center) == ["C-4", "C-1", "C-3"]
    assert center.times_raised(ALARM) == 1


def test_it_is_about_fifty_at_most() -> None:
    """More than a person can read is left out, the latest."""
    center = watched()
    for number in range(60):
        call(center, f"C-{number:02}", started_at=center.ago(100 - number))
    assert about(center) == [f"C-{number:02}" for number in range(50)]


def test_it_does_not_chatter() -> None:
    """Call after call that waits too long, each answered before the next is late, is one alarm."""
    center = watched()
    for number in range(50):
        call(center, f"C-{number}", started_at=center.ago(0))
        center.wait(AFTER_S + 5)
        call(center, f"C-{number}", "answered")
        center.wait(20)
    assert center.times_raised(ALARM) == 1


def test_calls_that_are_answered_in_time_raise_none() -> None:
    """However many there are."""
    center = watched()
    for number in range(100):
        call(center, f"C-{number}", started_at=center.ago(0))
        center.wait(15)
        call(center, f"C-{number}", "answered" if number % 2 else "abandoned")
    assert center.times_raised(ALARM) == 0


def test_it_clears_when_all_are_answered() -> None:
    """After its dead time, by itself; a call that leaves the picture waits no more."""
    center = watched()
    call(center, "C-1", started_at=center.ago(21))
    call(center, "C-2", started_at=center.ago(21))
    call(center, "C-1", "answered")
    assert "clears_at" not in center.alarm(ALARM)
    center.wait(1)
    center.withdraw("call", "C-2")
    assert center.alarm(ALARM)["clears_at"] == center.ago(-60)
    center.wait(59)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"


def test_it_is_raised_anew() -> None:
    """After it cleared, the next that waits too long raises it again."""
    center = watched()
    call(center, started_at=center.ago(21))
    call(center, state="answered")
    center.wait(61)
    call(center, "C-2", started_at=center.ago(0))
    assert not center.is_open(ALARM)
    center.wait(AFTER_S + 0.1)
    assert center.times_raised(ALARM) == 2


def test_a_call_that_changes_its_queue_waits_in_the_other() -> None:
    """As long as it has waited."""
    center = watched()
    call(center, started_at=center.ago(21))
    call(center, queue="language line")
    assert about(center, "call_waiting:language line") == ["C-1"]
    assert center.alarm(ALARM)["clears_at"]
