"""The units of the city: who they are, by watch and beat, and what each of them is doing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rtcc.feeds.transports.simulator.streets import Path, Spot
from rtcc.feeds.transports.simulator.world import Floats, World

if TYPE_CHECKING:
    from rtcc.feeds.transports.simulator.incidents import SimIncident

#: When watches begin, in hours of the local day; the digit of a callsign is the watch's.
WATCHES = (7, 15, 23)
PATROL, SERGEANT, K9, TRAFFIC = "patrol", "sergeant", "k9", "traffic"


@dataclass(frozen=True, slots=True)
class Post:
    """One place on the roster: a callsign, and where its unit belongs."""

    callsign: str
    unit_type: str
    watch: int
    beat: int
    home: Spot
    station: Spot


@dataclass(slots=True, eq=False)
class SimUnit:
    """One unit on duty. ``errand`` grows with each new task, so that what was planned for an old one is forgotten."""

    post: Post
    path: Path
    status: str = "available"
    status_since: str = ""
    incident: SimIncident | None = None
    emergency: bool = False
    #: Its watch is over: it goes home as soon as it is free.
    leaving: bool = False
    errand: int = 0
    #: The next moment of a fix, as a number of slots; -1 is none.
    slot: int = -1
    #: How far off its receiver is, in metres to the north and to the east.
    off: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def callsign(self) -> str:
        return self.post.callsign


def roster(
    world: World, units: int, weights: Floats, homes: list[Spot], stations: list[Spot], near: list[int]
) -> list[list[Post]]:
    """Return each watch's posts: beats get units by how much happens there, and each has one before any has two.

    ``homes`` are the places that each beat's units return to, ``near`` each beat's station.
    """
    beats = world.beats or (("", ""),)
    letters = {name: chr(ord("A") + i % 26) for i, name in enumerate(sorted({district for _, district in beats}))}
    demand = [float(weights[world.node_beat == i].sum()) if world.beats else 1.0 for i in range(len(beats))]
    chosen: list[int] = []
    have = [0] * len(beats)
    for _ in range(units):
        # The beat that has the fewest for what happens there; an unmanned one with anything in it comes first.
        beat = min(range(len(beats)), key=lambda i: ((have[i] + (have[i] > 0)) / (demand[i] + 1e-9), i))
        have[beat] += 1
        chosen.append(beat)
    watches = []
    for watch in range(1, len(WATCHES) + 1):
        numbers: Counter[str] = Counter()
        posts = []
        for place, beat in enumerate(sorted(chosen)):
            letter = letters[beats[beat][1]]
            numbers[letter] += 1
            callsign = f"{watch}{letter}{10 + numbers[letter]}"
            posts.append(Post(callsign, _unit_type(place), watch, beat, homes[beat], stations[near[beat]]))
        watches.append(posts)
    return watches


def _unit_type(place: int) -> str:
    if place % 10 == 9:
        return SERGEANT
    if place % 30 == 14:
        return K9
    return TRAFFIC if place % 12 == 5 else PATROL
