"""When to look again: each task at most once, at the earliest moment that was asked for."""

from hypothesis import given
from hypothesis import strategies as st

from rtcc.alarms.timers import Timers


def due(timers: Timers, now: float) -> list[str]:
    return [task[0] for task in timers.pop_due(now)]


def test_nothing_is_due_before_its_time() -> None:
    """At its moment a task is due, once."""
    timers = Timers()
    assert timers.next_at() is None
    timers.at(10, ("a",))
    assert (timers.next_at(), due(timers, 9.999)) == (10, [])
    assert (due(timers, 10), due(timers, 11), timers.next_at(), len(timers)) == (["a"], [], None, 0)


def test_the_earlier_moment_stands() -> None:
    """A later one does not put a task off, and an earlier one does not make it come twice."""
    timers = Timers()
    for when in (10, 20, 5, 7):
        timers.at(when, ("a",))
    assert (len(timers), timers.next_at()) == (1, 5)
    assert due(timers, 30) == ["a"]
    assert due(timers, 30) == []


def test_a_task_can_be_set_anew_for_a_moment_that_it_had_before() -> None:
    """What is left of the earlier setting does not wake it twice."""
    timers = Timers()
    timers.at(10, ("a",))
    timers.at(5, ("a",))
    assert due(timers, 5) == ["a"]
    timers.at(10, ("a",))
    assert due(timers, 10) == ["a"]
    assert timers.next_at() is None


def test_what_is_set_meanwhile_is_done_too_if_it_is_due() -> None:
    """While the due ones are taken, others may be set."""
    timers = Timers()
    timers.at(1, ("a",))
    done = []
    for (name,) in timers.pop_due(5):
        done.append(name)
        if name == "a":
            timers.at(4, ("b",))
            timers.at(6, ("c",))
    assert (done, timers.next_at()) == (["a", "b"], 6)


def test_tasks_that_cannot_be_compared_are_done_in_the_order_of_their_setting() -> None:
    """Tasks of one moment are compared by nobody."""
    timers = Timers()
    for task in (("a", None), ("b", 1), ("c", "x")):
        timers.at(1, task)
    assert due(timers, 1) == ["a", "b", "c"]


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abcd"))))
def test_every_task_comes_at_its_earliest_moment(settings: list[tuple[int, str]]) -> None:
    """Whatever the order in which they were set."""
    timers = Timers()
    for when, name in settings:
        timers.at(when, (name,))
    came = [(now, name) for now in range(21) for name in due(timers, now)]
    earliest = {name: min(when for when, other in settings if other == name) for _, name in settings}
    assert sorted(came) == sorted((when, name) for name, when in earliest.items())
