"""When to look again: one heap of moments, so that nobody has to be asked each second."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

#: What to do when the time has come; compared by nobody.
Task = tuple[Any, ...]


class Timers:
    """At most one moment a task. A later one does not replace an earlier: whoever is woken early looks, and sets anew.

    So a unit that reports every second costs a comparison a report, not an entry in the heap.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Task]] = []
        self._due: dict[Task, float] = {}
        self._number = 0

    def at(self, when: float, task: Task) -> None:
        """Do a task at ``when`` (Unix seconds), or earlier where it is already to be done earlier."""
        known = self._due.get(task)
        if known is not None and known <= when:
            return
        self._due[task] = when
        self._number += 1
        heapq.heappush(self._heap, (when, self._number, task))

    def next_at(self) -> float | None:
        """Return the moment of the first task, or None."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> Iterator[Task]:
        """Yield each task whose time has come, once; those that are set meanwhile too, if they are due."""
        while (at := self.next_at()) is not None and at <= now:
            task = heapq.heappop(self._heap)[2]
            del self._due[task]
            yield task

    def __len__(self) -> int:
        """Count the tasks that wait."""
        return len(self._due)
