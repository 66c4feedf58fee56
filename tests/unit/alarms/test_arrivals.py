"""When and where incidents were entered: counted by time, corrected, and let go after four weeks."""

from hypothesis import given
from hypothesis import strategies as st

from rtcc.alarms.arrivals import Arrival, Arrivals

WEEK_S = 7 * 86_400


def at(entered: float, what: str = "Theft") -> Arrival:
    return Arrival(entered, what, 37.76, -122.42)


def test_a_window_begins_after_its_begin_and_ends_at_its_end() -> None:
    """So that windows side by side count each arrival once."""
    arrivals = Arrivals({"a": at(10), "b": at(20), "c": at(20), "d": at(30)})
    assert (arrivals.count(10, 20), arrivals.count(20, 30), arrivals.count(0, 10), arrivals.count(30, 40)) == (
        2,
        1,
        1,
        0,
    )
    assert arrivals.first() == 10


def test_an_arrival_counts_once_however_often_it_is_said() -> None:
    """What is known of it may change, its moment too; what is no news is not kept again."""
    arrivals = Arrivals()
    arrivals.put("a", at(10))
    arrivals.unsaved.clear()
    arrivals.put("a", at(10))
    assert not arrivals.unsaved
    arrivals.put("a", at(10, "Robbery"))
    arrivals.put("a", at(25, "Robbery"))
    assert (arrivals.count(0, 20), arrivals.count(20, 30), arrivals.unsaved) == (0, 1, {"a"})


def test_what_does_not_count_after_all_is_taken_back() -> None:
    """Also what was never known."""
    arrivals = Arrivals({"a": at(10), "b": at(10)})
    arrivals.take_back("a")
    arrivals.take_back("nobody")
    assert (arrivals.count(0, 20), arrivals.unsaved, list(arrivals.by_id)) == (1, {"a"}, ["b"])


def test_four_weeks_are_kept() -> None:
    """What is older is let go, here and in the store."""
    arrivals = Arrivals({"old": at(99), "new": at(100)})
    assert list(arrivals.drop_old(100 + 4 * WEEK_S)) == ["old"]
    assert (arrivals.first(), arrivals.unsaved, list(arrivals.by_id)) == (100, {"old"}, ["new"])
    assert Arrivals().first() is None


_changes = st.tuples(st.sampled_from(["put", "take_back"]), st.sampled_from("abcde"), st.integers(0, 30))


@given(st.lists(_changes), st.integers(0, 30), st.integers(0, 30))
def test_it_counts_as_one_would_by_hand(changes: list[tuple[str, str, int]], begin: int, end: int) -> None:
    """After any changes, and the same when begun anew with what was kept."""
    arrivals, by_hand = Arrivals(), {}
    for name, id_, entered in changes:
        if name == "put":
            arrivals.put(id_, at(entered))
            by_hand[id_] = entered
        else:
            arrivals.take_back(id_)
            by_hand.pop(id_, None)
    begin, end = sorted((begin, end))
    counted = sum(begin < entered <= end for entered in by_hand.values())
    assert arrivals.count(begin, end) == Arrivals(arrivals.by_id).count(begin, end) == counted
    assert arrivals.first() == min(by_hand.values(), default=None)
