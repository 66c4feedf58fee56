"""Calls that have been as they are for too long, by queue: what the two rules about waiting callers share."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right, insort
from collections.abc import Iterable
from typing import ClassVar, TypeVar

from rtcc.alarms.finding import MOST_ABOUT, NOT_NOW, Finding, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Fields, Said, View

#: The queue of a call that names none.
DEFAULT_QUEUE = "911"
#: Sorts after every id.
_LAST = "\U0010ffff"


class LateCallsParameters(Parameters):
    """What can be set for either of them."""

    after_s: Seconds


P = TypeVar("P", bound=LateCallsParameters)


class LateCalls(Rule[P]):
    """Holds for a queue while any of its calls that count began too long ago.

    One alarm a queue, since it asks for one response; it is about all that are late, who waits longest first.
    """

    title: ClassVar[str]
    #: The instants of a call that say since when it counts, the first that it has.
    begins: ClassVar[tuple[str, ...]]

    def __init__(self, view: View, parameters: P) -> None:
        """Begin with no call."""
        super().__init__(view, parameters)
        self._queues: dict[str, list[tuple[float, str]]] = {}
        self._of: dict[str, tuple[str, float]] = {}

    @abstractmethod
    def counts(self, call: Fields) -> bool:
        """Say whether a call is one of those that must not last."""

    def touched(self, said: Said) -> Iterable[str]:
        """Take a change of a call in; return the queues that it concerns."""
        self.view.note_beginning(said, *self.begins)
        touched = set()
        was = self._of.pop(said.id, None)
        if was is not None:
            queue, began = was
            calls = self._queues[queue]
            del calls[bisect_right(calls, (began, said.id)) - 1]
            touched.add(queue)
        if said.fields is not None and self.counts(said.fields):
            queue = said.fields.get("queue") or DEFAULT_QUEUE
            began = self.view.began("call", said.id, *self.begins)
            self._of[said.id] = (queue, began)
            insort(self._queues.setdefault(queue, []), (began, said.id))
            touched.add(queue)
        return touched

    def look(self, subject: str, now: float) -> Finding:
        """Compare the calls of a queue with the moment before which none may have begun."""
        calls = self._queues.get(subject)
        if not calls:
            return NOT_NOW
        late = bisect_right(calls, (now - self.parameters.after_s, _LAST))
        # The next to be late makes the alarm longer, not another one.
        again = calls[late][0] + self.parameters.after_s if late < len(calls) else None
        if not late:
            return not_before(calls[0][0] + self.parameters.after_s)
        about = tuple(("call", id_) for _, id_ in calls[: min(late, MOST_ABOUT)])
        return Finding(True, f"{self.title}: {subject}", about, look_again_at=again)
