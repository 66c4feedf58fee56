"""Cluster: several incidents of one kind, close in time and place."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from pydantic import Field

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
        self._what: dict[str, str] = {}
        self._placed: list[tuple[float, str]] = []
        for id_ in view.arrivals.by_id:
            self._place(id_)

    def touched(self, said: Said) -> Iterable[str]:
        # Whether the arrival is news is no question here: another rule may have noted it just before.
        note_arrival(self.view, said)
        if said.fields is None:
            return ()
        before = self._chain(said.id)
        self._place(said.id)
        self._let_go_before(said.at - _LONGEST_S)
        return before | self._chain(said.id)

    def look(self, subject: str, now: float) -> Finding:
        chain = self._chain(subject)
        arrivals = self.view.arrivals.by_id
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
        what = arrival.what if arrival and arrival.what else None
        was = self._what.pop(id_, None)
        if was is not None and was != what:
            self._places[was].put(id_, None, None)
        if arrival is not None and what is not None:
            if was is None:
                heappush(self._placed, (arrival.entered, id_))
            self._what[id_] = what
            self._places.setdefault(what, Places()).put(id_, arrival.lat, arrival.lon)

    def _let_go_before(self, at: float) -> None:
        while self._placed and self._placed[0][0] < at:
            _, id_ = heappop(self._placed)
            was = self._what.pop(id_, None)
            if was is not None:
                self._places[was].put(id_, None, None)

    def _chain(self, id_: str) -> set[str]:
        places = self._places.get(self._what.get(id_, ""))
        if places is None or places.where(id_) is None:
            return set()
        arrivals, found, look_at = self.view.arrivals.by_id, {id_}, [id_]
        while look_at:
            one = look_at.pop()
            lat, lon = places.where(one) or (0.0, 0.0)
            for near in places.within(lat, lon, self.parameters.radius_m):
                if near in found or near not in arrivals:
                    continue
                if abs(arrivals[near].entered - arrivals[one].entered) <= self.parameters.within_s:
                    found.add(near)
                    look_at.append(near)
        return found
