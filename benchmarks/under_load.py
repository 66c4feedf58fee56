"""The load beside what is measured: a fleet in the picture that reports evenly, and plain readers that listen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from benchmarks import fleet
from benchmarks.installation import Installation
from benchmarks.posting import Poster
from benchmarks.processes import Companion

_SENDERS = 8
_SETTLE_S = 3.0


class Load(NamedTuple):
    """How many units, position reports a second and viewers; and the p95 in ms that is asked for."""

    units: int
    rate: int
    viewers: int
    at_most_ms: float


def preload(rtcc: Installation, units: int) -> None:
    """Bring every unit of the fleet into the picture."""
    events = fleet.Fleet(units).preload(time.time())
    before, poster = rtcc.applied(), Poster(rtcc.port, rtcc.key)
    for start in range(0, len(events), 500):
        poster.post_until_taken(fleet.body(events[start : start + 500]))
    poster.close()
    rtcc.wait_applied(before + len(events))
    rtcc.wait_seen("unit", units)


@contextmanager
def under_load(rtcc: Installation, load: Load, readers: int) -> Iterator[dict[str, Any]]:
    """Send reports evenly and let plain readers listen meanwhile; what they did is in the dictionary afterwards."""
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        config = {"do": "pace", "rate": load.rate, "units": load.units, "connections": _SENDERS} | rtcc.target
        sender = stack.enter_context(Companion("benchmarks.sender", config))
        listening = None
        if readers:
            listening = Companion("benchmarks.readers", {"port": rtcc.port, "readers": readers})
            stack.enter_context(listening)
        found["pids"] = {"sender": [sender.pid]} | ({"readers": [listening.pid]} if listening else {})
        sender.tell("go")
        time.sleep(_SETTLE_S)
        yield found
        found["sent"] = sender.end()
        if listening:
            found["heard"] = listening.end()
