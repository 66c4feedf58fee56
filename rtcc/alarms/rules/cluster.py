"""Cluster: several incidents of one kind, close in time and place."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Annotated

from pydantic import Field

from rtcc.alarms.arrivals import Arrival
from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.incidents import note_arrival
from rtcc.alarms.places import Places
from rtcc.alarms.rule import Count, Metres, Parameters, Rule, Seconds
from rtcc.alarms.view import Said, View

#: No chain is followed further back than this: a busy corner has weeks of arrivals.
_LONGEST_S = 86_400.0
#: Nor further than this many: then where they are says no more than what they are, and the type is the subject.
_MOST = 20
_EVERYWHERE = "everywhere "
#: Of fewer arrivals no part is large.
_SOME = 100


class ClusterParameters(Parameters):
    """What can be set."""

    incidents: Count = Field(3, description="so many incidents of one type …")
    radius_m: Metres = Field(400, description="… each within this distance …")
    within_s: Seconds = Field(1_800, description="… and this time of another are a cluster, for as long after the last")
    common_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.2, description="a type that is more than this part of a day's arrivals is always near another of it"
    )


class Cluster(Rule[ClusterParameters]):
    """Holds for the first incident of a chain of enough incidents, each near another, the last of them not long ago.

    Links are between incidents of one type within the distance and time of each other, also when some have ended
    since. What officers begin themselves does not count, nor do types that are a large part of all there is (citations,
    medical calls): that they are near each other says nothing. A chain of more than twenty is one alarm about the type.
    """

    name = "cluster"
    severity = "medium"
    response = "Ask whether they belong together, and tell the units and the sergeant of the area."
    watches = {"incident": frozenset({"entered_at", "received_at", "type_code", "type", "lat", "lon", "onview"})}
    parameters_type = ClusterParameters

    def __init__(self, view: View, parameters: ClusterParameters) -> None:
        super().__init__(view, parameters)
        self._places: dict[str, Places] = {}
        #: What is placed, as it was then: another rule may have taken in since that it is something else.
        self._as_placed: dict[str, Arrival] = {}
        self._placed: list[tuple[float, str]] = []
        #: By type: the firsts of chains, and when the last of a chain that is too long to follow was entered.
        self._leading: dict[str, set[str]] = {}
        self._everywhere: dict[str, float] = {}
        for id_ in view.arrivals.by_id:
            self._place(id_)

    def touched(self, said: Said) -> Iterable[str]:
        note_arrival(self.view, said)
        self._let_go_before(said.at - _LONGEST_S)
        arrival, was = self.view.arrivals.by_id.get(said.id), self._as_placed.get(said.id)
        if said.fields is None or arrival == was:
            return ()
        if arrival is not None and self._is_common(arrival.what) and (was is None or was.what == arrival.what):
            self._place(said.id)
            return self._leading.pop(arrival.what, set())
        # What it was part of may fall apart without it, and each part then has a first of its own.
        left = self._chain(said.id) - {said.id} if was is not None else set()
        self._place(said.id)
        touched = {said.id}
        parts = left | {said.id}
        while parts:
            chain = self._chain(parts.pop())
            parts -= chain
            touched |= self._subjects(chain)
        return touched

    def _subjects(self, chain: set[str]) -> set[str]:
        """Return the subjects that a chain is told under: its first, and those that were firsts before it was one."""
        if not chain:
            return set()
        what = self._as_placed[next(iter(chain))].what
        led = self._leading.setdefault(what, set())
        if len(chain) > _MOST:
            last = max(self._as_placed[id_].entered for id_ in chain)
            self._everywhere[what] = max(self._everywhere.get(what, 0.0), last)
            # Those that were firsts and lie beyond what was followed are looked at when their own time is over.
            self._leading[what] = led - chain
            return (led & chain) | {_EVERYWHERE + what}
        first = min(chain, key=self._order)
        subjects = (led & chain) | {first}
        self._leading[what] = (led - chain) | {first}
        return subjects

    def look(self, subject: str, now: float) -> Finding:
        if subject.startswith(_EVERYWHERE):
            return self._look_everywhere(subject.removeprefix(_EVERYWHERE), now)
        chain = self._chain(subject)
        if chain and self._is_common(self._as_placed[subject].what):
            return NOT_NOW
        if not self.parameters.incidents <= len(chain) <= _MOST:
            return NOT_NOW
        order = sorted(chain, key=self._order)
        over_at = self._as_placed[order[-1]].entered + self.parameters.within_s
        if subject != order[0] or now >= over_at:
            return NOT_NOW
        about = tuple(("incident", id_) for id_ in reversed(order))
        title = f"{len(chain)} close together: {self._as_placed[subject].what}"
        return Finding(True, title, about, look_again_at=over_at)

    def _look_everywhere(self, what: str, now: float) -> Finding:
        over_at = self._everywhere.get(what, 0.0) + self.parameters.within_s
        if now >= over_at:
            return NOT_NOW
        return Finding(True, f"Over {_MOST} close together: {what}", look_again_at=over_at)

    def _is_common(self, what: str) -> bool:
        """Say whether a type is a large part of the last day's arrivals, of which there must be some."""
        arrivals = len(self._as_placed)
        return arrivals >= _SOME and len(self._places.get(what, ())) > self.parameters.common_share * arrivals

    def _order(self, id_: str) -> tuple[float, str]:
        return self._as_placed[id_].entered, id_

    def _place(self, id_: str) -> None:
        arrival = self.view.arrivals.by_id.get(id_)
        if arrival == self._as_placed.get(id_):
            return
        self._let_go(id_)
        if arrival is not None and arrival.what:
            self._as_placed[id_] = arrival
            self._places.setdefault(arrival.what, Places()).put(id_, arrival.lat, arrival.lon)
            heappush(self._placed, (arrival.entered, id_))

    def _let_go(self, id_: str) -> None:
        was = self._as_placed.pop(id_, None)
        if was is not None:
            self._places[was.what].put(id_, None, None)
            self._leading.get(was.what, set()).discard(id_)

    def _let_go_before(self, at: float) -> None:
        while self._placed and self._placed[0][0] < at:
            _, id_ = heappop(self._placed)
            if id_ in self._as_placed and self._as_placed[id_].entered < at:
                self._let_go(id_)

    def _chain(self, id_: str) -> set[str]:
        """Return the incidents that are linked to one, itself among them; no more than one over _MOST."""
        arrivals = self._as_placed
        places = self._places[arrivals[id_].what] if id_ in arrivals else None
        if places is None or places.where(id_) is None:
            return set()
        found, look_at = {id_}, [id_]
        while look_at:
            one = look_at.pop()
            lat, lon = places.where(one) or (0.0, 0.0)
            for near in places.within(lat, lon, self.parameters.radius_m):
                if near in found or abs(arrivals[near].entered - arrivals[one].entered) > self.parameters.within_s:
                    continue
                found.add(near)
                if len(found) > _MOST:
                    return found
                look_at.append(near)
        return found
