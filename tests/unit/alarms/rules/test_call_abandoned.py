"""Rule call_abandoned: somebody who called 911 hung up before the answer, and nobody has called back."""

from tests.alarm_center import Center

ALARM = "call_abandoned:911"
AFTER_S = 120
PARAMETERS = {"after_s": AFTER_S, "clear_after_s": 300}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["call_abandoned"], call_abandoned=PARAMETERS)


def give_up(center: Center, id_: str = "C-1", **fields: object) -> None:
    """A caller hangs up before anybody answers."""
    said = {"state": "abandoned", "started_at": center.ago(15), "ended_at": center.ago(0)} | fields
    center.say("call", id_, source="911", **said)


def call_back(center: Center, id_: str = "C-1") -> None:
    """A call taker takes the abandoned call up."""
    center.say("call", id_, source="911", call_taker="position 4")


def test_it_is_raised_after_its_time() -> None:
    """So long after it was given up, and not before, a medium alarm asks to call back."""
    center = watched()
    give_up(center)
    center.wait(AFTER_S - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "medium")
    assert alarm["title"] == "Abandoned calls to call back: 911"
    assert alarm["about"] == [{"kind": "call", "id": "C-1"}]


def test_one_that_is_called_back_in_time_raises_none() -> None:
    """A call taker has it: nobody needs an alarm."""
    center = watched()
    give_up(center)
    center.wait(AFTER_S - 1)
    call_back(center)
    center.wait(10 * AFTER_S)
    assert not center.open()
    give_up(center, "C-2", call_taker="position 1")
    center.wait(10 * AFTER_S)
    assert not center.open()


def test_without_an_end_the_time_runs_from_its_beginning() -> None:
    """Or from when it was first heard of, where it says neither."""
    center = watched()
    give_up(center, ended_at=None, started_at=center.ago(100))
    give_up(center, "C-2", queue="other", ended_at=None, started_at=None)
    center.wait(20.1)
    assert list(center.open()) == [ALARM]
    center.wait(100)
    assert set(center.open()) == {ALARM, "call_abandoned:other"}


def test_other_calls_raise_none() -> None:
    """One that was answered and has ended was not given up."""
    center = watched()
    for number, state in enumerate(("ringing", "answered", "on_hold", "transferred", "ended")):
        give_up(center, f"C-{number}", state=state)
    center.wait(10 * AFTER_S)
    assert not center.open()


def test_it_does_not_chatter() -> None:
    """Calls given up one after the other, each called back late, are one alarm."""
    center = watched()
    for number in range(30):
        give_up(center, f"C-{number}")
        center.wait(AFTER_S + 10)
        call_back(center, f"C-{number}")
        center.wait(120)
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_all_are_called_back_and_is_raised_anew() -> None:
    """After its dead time, by itself; the next that nobody calls back raises it again."""
    center = watched()
    give_up(center, "C-1")
    give_up(center, "C-2", ended_at=center.ago(1))
    center.wait(AFTER_S + 1)
    assert [each["id"] for each in center.alarm(ALARM)["about"]] == ["C-2", "C-1"]
    call_back(center, "C-1")
    assert "clears_at" not in center.alarm(ALARM)
    call_back(center, "C-2")
    assert center.alarm(ALARM)["clears_at"] == center.ago(-300)
    center.wait(299)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"
    give_up(center, "C-3")
    center.wait(AFTER_S + 0.1)
    assert center.times_raised(ALARM) == 2


def test_one_that_leaves_the_picture_is_called_back_by_nobody() -> None:
    """Then there is nothing left to do about it."""
    center = watched()
    give_up(center)
    center.wait(AFTER_S + 1)
    center.withdraw("call", "C-1")
    center.wait(301)
    assert not center.is_open(ALARM)
