"""Cluster: several incidents of one kind, close in time and place."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from pydantic import Field

from rtcc.alarms.arrivals import Arrival
from rtcc.alarms.finding import MOST_ABOUT, NOT_NOW, Finding
from rtcc.alarms.incidents import note_arrival
from rtcc.alarms.places import Places
from rtcc.alarms.rule import Count, Metres, Parameters, Rule, Seconds
from rtcc.alarms.view import Said, View

#: No chain is followed further back than this: a busy corner has weeks of arrivals.
_LONGEST_S = 86_400.0


class ClusterParameters(Parameters):
    """What can be set."""

    incidents: Count = Field(4, description="so many incidents of one type …")
    radius_m: Metres = Field(400, description="… each within this distance …")
    within_s: Seconds = Field(1_800, description="… and this time of another are a cluster, for as long after the last")


class Cluster(Rule[ClusterParameters]):
    """Holds for the first incident of a chain of enough incidents, each near another, the last of them not long ago.

    Links are between incidents of one type within the distance and time of each other, also when some have ended
    since. What officers begin themselves does not count.
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
        for id_ in view.arrivals.by_id:
            self._place(id_)

    def touched(self, said: Said) -> Iterable[str]:
        note_arrival(self.view, said)
        if said.fields is None:
            return ()
        before = self._chain(said.id)
        self._place(said.id)
        self._let_go_before(said.at - _LONGEST_S)
        return before | self._chain(said.id)

    def look(self, subject: str, now: float) -> Finding:
        chain, arrivals = self._chain(subject), self._as_placed
        if len(chain) < self.parameters.incidents:
            return NOT_NOW
        order = sorted(chain, key=lambda id_: (arrivals[id_].entered, id_))
        over_at = arrivals[order[-1]].entered + self.parameters.within_s
        if subject != order[0] or now >= over_at:
            return NOT_NOW
        about = tuple(("incident", id_) for id_ in reversed(order))[:MOST_ABOUT]
        return Finding(True, f"{len(chain)} close together: {arrivals[subject].what}", about, look_again_at=over_at)

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

    def _let_go_before(self, at: float) -> None:
        while self._placed and self._placed[0][0] < at:
            _, id_ = heappop(self._placed)
            if id_ in self._as_placed and self._as_placed[id_].entered < at:
                self._let_go(id_)

    def _chain(self, id_: str) -> set[str]:
        arrivals = self._as_placed
        places = self._places[arrivals[id_].what] if id_ in arrivals else None
        if places is None or places.where(id_) is None:
            return set()
        found, look_at = {id_}, [id_]
        while look_at:
            one = look_at.pop()
            lat, lon = places.where(one) or (0.0, 0.0)
            for near in places.within(lat, lon, self.parameters.radius_m):
                if near in found:
                    continue
                if abs(arrivals[near].entered - arrivals[one].entered) <= self.parameters.within_s:
                    found.add(near)
                    look_at.append(near)
        return found
