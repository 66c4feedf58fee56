"""The call centre: calls ring, wait for one of a few call takers, are answered, held, transferred or given up."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from rtcc.feeds.transports.simulator.incidents import Happening
from rtcc.feeds.transports.simulator.stage import CALLS, Stage
from rtcc.feeds.transports.simulator.streets import METRES_PER_DEGREE

#: From the first ring at a free call taker until it is answered: the median and the spread of a log-normal.
RING_S, RING_SPREAD = 4.0, 0.5
#: The mean patience of a caller; it is exponential.
PATIENCE_S = 75.0
#: The median length of a call, by what it is about, and the spread.
TALK_S = {"incident": 140.0, "question": 70.0, "pocket": 22.0, "other": 60.0}
TALK_SPREAD = 0.5
#: From the answer until the incident is entered, by whether life is at risk.
ENTRY_S, ENTRY_SPREAD = {True: 35.0, False: 80.0}, 0.4
#: With this many waiting, a call that can wait is put on hold to answer the next one.
CROWDED = 2
#: A caller on hold is helped before new ones after this long.
_HELD_LONG_S = 120.0
#: Who hung up before the answer: so many call again by themselves, so many are called back.
AGAIN, CALLED_BACK = 0.35, 0.7
_LANGUAGES = (("English", 82.0), ("Spanish", 11.0), ("Cantonese", 3.0), ("Vietnamese", 2.0), ("Arabic", 2.0))
#: Class of service: how often, and the median of how far off its position is.
_SERVICES = (("WPH2", 68.0, 22.0), ("WPH1", 6.0, 600.0), ("VOIP", 9.0, 15.0), ("RESD", 9.0, 8.0), ("BUSN", 4.0, 8.0),
             ("TEXT", 4.0, 90.0))  # fmt: skip


@dataclass(slots=True, eq=False)
class SimCall:
    """One call; ``turn`` grows with each step of it, so that what was planned for an earlier one is forgotten."""

    id: str
    topic: str
    happening: Happening | None
    fields: dict[str, Any]
    started_t: float
    state: str = "ringing"
    taker: int | None = None
    turn: int = 0
    left_s: float = 0.0
    held_t: float = 0.0
    was_held: bool = False


class CallCentre:
    """A queue with ``takers`` servers; ``enter`` is what a call taker does with something that units must go to."""

    def __init__(self, stage: Stage, takers: int, prefix: str, enter: Callable[[Happening, float], None]) -> None:
        self._stage, self._enter, self._prefix = stage, enter, prefix
        self._dice = stage.random("calls")
        self._idle = list(range(1, takers + 1))
        self._waiting: deque[SimCall] = deque()
        self._held: deque[SimCall] = deque()
        self._number = 0

    def ring(self, happening: Happening | None, topic: str, where: tuple[float, float] | None) -> None:
        """Let somebody call, from about ``where``."""
        self._number += 1
        dice = self._dice
        call = SimCall(f"C{self._prefix}-{self._number:05d}", topic, happening, _line(dice, where), self._stage.t)
        self._tell(call, state="ringing", queue="911", started_at=self._stage.text(), **call.fields)
        self._waiting.append(call)
        self._stage.after(dice.expovariate(1 / PATIENCE_S), self._give_up, call, call.turn)
        self._serve()

    def _serve(self) -> None:
        """Give each free call taker the next call."""
        while self._idle and (self._waiting or self._held):
            long_held = self._held and self._stage.t - self._held[0].held_t > _HELD_LONG_S
            resume = bool(long_held or not self._waiting)
            call = (self._held if resume else self._waiting).popleft()
            call.taker = self._idle.pop(0)
            if resume:
                call.turn += 1
                self._tell(call, state="answered", call_taker=self._position(call))
                self._stage.after(call.left_s, self._end, call, call.turn)
            else:
                pause = self._dice.lognormvariate(math.log(RING_S), RING_SPREAD)
                self._stage.after(pause, self._answer, call, call.turn)

    def _answer(self, call: SimCall, turn: int) -> None:
        if call.turn != turn:
            return
        call.turn += 1
        dice = self._dice
        self._tell(call, state="answered", answered_at=self._stage.text(), call_taker=self._position(call))
        talk_s = dice.lognormvariate(math.log(TALK_S[call.topic]), TALK_SPREAD)
        if call.happening is not None:
            urgent = call.happening.kind.priority <= 2
            entry_s = dice.lognormvariate(math.log(ENTRY_S[urgent]), ENTRY_SPREAD)
            talk_s = max(talk_s, entry_s + 5.0)
            self._stage.after(entry_s, self._enter_or_join, call)
        may_wait = call.happening is None or call.happening.kind.priority >= 3
        if may_wait and talk_s > 30.0 and (len(self._waiting) >= CROWDED or dice.random() < 0.04):
            call.left_s = talk_s - 15.0
            self._stage.after(15.0, self._hold, call, call.turn)
        else:
            self._stage.after(talk_s, self._end, call, call.turn)

    def _enter_or_join(self, call: SimCall) -> None:
        happening = call.happening
        if happening is None:
            return
        if happening.incident is None:
            self._enter(happening, call.started_t)
        if happening.incident is not None:
            self._tell(call, incident_id=happening.incident.id)

    def _hold(self, call: SimCall, turn: int) -> None:
        if call.turn != turn:
            return
        call.turn += 1
        call.held_t = self._stage.t
        self._tell(call, state="on_hold")
        self._let_go(call)
        self._held.append(call)
        # Nobody is left without a word for ever: who is not helped hangs up.
        self._stage.after(self._dice.expovariate(1 / 600.0), self._hang_up, call, call.turn)
        self._serve()

    def _hang_up(self, call: SimCall, turn: int) -> None:
        if call.turn == turn:
            self._held.remove(call)
            self._end(call, turn)

    def _end(self, call: SimCall, turn: int) -> None:
        if call.turn != turn:
            return
        call.turn += 1
        if call.topic == "other":
            # What is not for the police goes to those whom it is for.
            self._tell(call, state="transferred")
            self._stage.after(self._dice.uniform(20, 60), self._end_transferred, call)
        else:
            self._tell(call, state="ended", ended_at=self._stage.text())
        self._let_go(call)
        self._serve()

    def _end_transferred(self, call: SimCall) -> None:
        self._tell(call, state="ended", ended_at=self._stage.text())

    def _give_up(self, call: SimCall, turn: int) -> None:
        if call.turn != turn:
            return
        call.turn += 1
        dice = self._dice
        if call.taker is None:
            self._waiting.remove(call)
        self._tell(call, state="abandoned", ended_at=self._stage.text())
        self._let_go(call)
        if dice.random() < AGAIN:
            self._stage.after(dice.uniform(15, 90), self.ring, call.happening, call.topic, None)
        self._stage.after(dice.expovariate(1 / 90.0) + 20.0, self._call_back, call, dice.random() < CALLED_BACK)
        self._serve()

    def _call_back(self, call: SimCall, wanted: bool) -> None:
        """Call back who hung up, if somebody is free to; what they say may need units."""
        if not wanted or not self._idle or self._waiting:
            self._stage.after(300.0, self._forget, call)
            return
        call.taker = self._idle.pop(0)
        self._tell(call, call_taker=self._position(call))
        if call.happening is not None:
            self._stage.after(40.0, self._enter_or_join, call)
        self._stage.after(60.0, self._forget, call)

    def _forget(self, call: SimCall) -> None:
        self._tell(call, state="ended")
        self._let_go(call)
        self._serve()

    def _let_go(self, call: SimCall) -> None:
        if call.taker is not None:
            self._idle.append(call.taker)
            self._idle.sort()
            call.taker = None

    def _position(self, call: SimCall) -> str:
        return f"Pos {call.taker}"

    def _tell(self, call: SimCall, **fields: Any) -> None:
        call.state = fields.get("state", call.state)
        self._stage.tell(CALLS, "call", call.id, fields)


def _line(dice: Random, where: tuple[float, float] | None) -> dict[str, Any]:
    """Return what the network says about a call; the numbers are of those that are kept for films."""
    name, _, median = dice.choices(_SERVICES, [each[1] for each in _SERVICES])[0]
    fields: dict[str, Any] = {
        "class_of_service": name,
        "language": dice.choices([each[0] for each in _LANGUAGES], [each[1] for each in _LANGUAGES])[0],
        "caller_number": f"555-01{dice.randrange(100):02d}",
    }
    if where is not None:
        uncertainty = dice.lognormvariate(math.log(median), 0.5)
        lat, lon = where
        # The stated radius holds two thirds of all: a deviation of two thirds of it to each side.
        north, east = dice.gauss(0, uncertainty * 0.67), dice.gauss(0, uncertainty * 0.67)
        fields |= {
            "lat": round(lat + north / METRES_PER_DEGREE, 6),
            "lon": round(lon + east / (METRES_PER_DEGREE * math.cos(math.radians(lat))), 6),
            "uncertainty_m": round(uncertainty, 1),
        }
    return fields
