"""Tagged samples: single events of single units, sent one by one at uneven moments, whose way is timed."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass

from benchmarks import fleet
from benchmarks.posting import Poster

_GAP_S = 0.2
#: Every sample of a run has a mark of its own: a field that is said again changes nothing, and nobody is told of it.
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Tag:
    """One sample: which unit carried it, its `occurred_at`, and the Unix time just before its POST was sent."""

    number: int
    unit: str
    occurred_at: str
    sent_at: float
    answered_after_s: float


class Tagger:
    """Sends samples over one connection of its own."""

    def __init__(self, port: int, key: str) -> None:
        """Connect at once."""
        self._poster = Poster(port, key)
        self._dice = random.Random()

    def send(self, lat: float | None = None, lon: float | None = None, unit: str | None = None) -> Tag:
        """Send one sample, somewhere in the city and of the unit whose turn it is, unless told otherwise."""
        number, dice = next(_NUMBERS), self._dice
        lat = round(dice.uniform(fleet.SOUTH, fleet.NORTH), 6) if lat is None else lat
        lon = round(dice.uniform(fleet.WEST, fleet.EAST), 6) if lon is None else lon
        unit, mark = unit or fleet.tag_id(number), f"tag-{number:06d}"
        sent_at = time.time()
        occurred_at = fleet.instant(sent_at)
        event = fleet.unit_event(unit, occurred_at, lat, lon, incident_id=mark)
        body = fleet.body([event])
        sent_at = time.time()
        status, _, answer = self._poster.post(body)
        if status != 202:
            raise RuntimeError(f"A tagged event was answered with {status}: {answer[:200]!r}")
        return Tag(number, unit, occurred_at, sent_at, time.time() - sent_at)

    def send_many(self, count: int) -> list[Tag]:
        """Send samples about 200 ms apart, at moments that no frame or batch can fall into step with."""
        tags = []
        for _ in range(count):
            tags.append(self.send())
            time.sleep(_GAP_S * self._dice.uniform(0.7, 1.3))
        return tags

    def close(self) -> None:
        """Hang up."""
        self._poster.close()
