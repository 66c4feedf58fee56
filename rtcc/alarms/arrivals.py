"""When and where incidents were entered over the last weeks: what rules compare the present with.

Incidents leave the picture minutes after they end, but what came half an hour ago still belongs to a cluster, and
what the last weeks brought says what this hour usually brings. One line an incident, kept through restarts.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Arrival(NamedTuple):
    """One incident: when it was entered (Unix seconds), what it is, and where, as far as known (degrees)."""

    entered: float
    what: str
    lat: float | None
    lon: float | None


class Arrivals:
    """Arrivals by the incident's id, and in the order of their times."""

    #: Four weeks: the same hour of each weekday four times.
    KEPT_S = 28 * 86_400.0

    def __init__(self, kept: Mapping[str, Arrival] | None = None) -> None:
        """Begin with what was kept."""
        self.by_id = dict(kept or {})
        self._times = sorted((arrival.entered, id_) for id_, arrival in self.by_id.items())
        self.unsaved: set[str] = set()

    def put(self, id_: str, arrival: Arrival) -> None:
        """Take in what is known of an incident now."""
        known = self.by_id.get(id_)
        if known == arrival:
            return
        if known is None or known.entered != arrival.entered:
            if known is not None:
                del self._times[bisect_left(self._times, (known.entered, id_))]
            insort(self._times, (arrival.entered, id_))
        self.by_id[id_] = arrival
        self.unsaved.add(id_)

    def take_back(self, id_: str) -> None:
        """Let go of one that does not count after all."""
        known = self.by_id.pop(id_, None)
        if known is not None:
            del self._times[bisect_left(self._times, (known.entered, id_))]
            self.unsaved.add(id_)

    def drop_old(self, now: float) -> Iterable[str]:
        """Let go of what is older than KEPT_S; return the ids."""
        end = bisect_left(self._times, (now - self.KEPT_S, ""))
        old = [id_ for _, id_ in self._times[:end]]
        del self._times[:end]
        for id_ in old:
            del self.by_id[id_]
        self.unsaved.update(old)
        return old

    def count(self, begin: float, end: float) -> int:
        """Count the incidents entered after ``begin`` and not after ``end``."""
        return self._place(end) - self._place(begin)

    def first(self) -> float | None:
        """Return when the oldest known one was entered."""
        return self._times[0][0] if self._times else None

    def _place(self, at: float) -> int:
        # After all ids at this very moment: ids are text, and no text is greater than this one.
        return bisect_left(self._times, (at, "\U0010ffff"))
