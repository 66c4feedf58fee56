"""A source that pushes through every outage and remembers what was acknowledged: the other side of a promise."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
import orjson

from rtcc.model import lifecycle
from rtcc.model.event import Event, parse_event
from tests.factories import body
from tests.pure_picture import PurePicture
from tests.running import Running, eventually

RATE = 200
_AT_ONCE = 10
#: A picture must be whole again this long after the last acknowledgement: lost tasks come back within a minute.
WHOLE_WITHIN_S = 60.0
LAST_ANSWER_WITHIN_S = 40.0

Entities = dict[str, dict[str, dict[str, Any]]]


class Driver:
    """Pushes conflicting events at RATE a second from a thread; a push that is not acknowledged is sent again."""

    def __init__(self, rtcc: Running, prefix: str) -> None:
        """Use ids that begin with ``prefix``, so that many drivers can share one picture."""
        self._rtcc = rtcc
        self._prefix = prefix
        self._chance = random.Random(prefix)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._again: deque[list[Event]] = deque()
        self._headers = {"Authorization": f"Bearer {rtcc.key('ingest')}"}
        self.acknowledged: list[Event] = []
        self._refused_last = False
        self.unanswered = 0
        self.answers: set[int] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *failure: object) -> None:
        self._stop.set()
        self._thread.join(LAST_ANSWER_WITHIN_S + 10)
        assert kind or not self._again, f"{len(self._again)} pushes were never acknowledged; answers: {self.answers}"

    def push_more(self, events: int, within_s: float = 60.0) -> None:
        """Return when so many more events have been acknowledged."""
        wanted = len(self.acknowledged) + events
        eventually(lambda: len(self.acknowledged) >= wanted, within_s, why=f"{events} more events acknowledged")

    def _run(self) -> None:
        pushed, began = 0, time.monotonic()
        with httpx.Client(base_url=self._rtcc.address, headers=self._headers, timeout=8) as client:
            while not self._stop.is_set():
                if pushed <= (time.monotonic() - began) * RATE:
                    pushed += _AT_ONCE
                    self._push(client, [self._event() for _ in range(_AT_ONCE)])
                else:
                    self._stop.wait(0.005)
                if self._again and not self._refused_last:
                    self._push(client, self._again.popleft())
            deadline = time.monotonic() + LAST_ANSWER_WITHIN_S
            while self._again and time.monotonic() < deadline:
                self._push(client, self._again.popleft())
                if self._refused_last:
                    time.sleep(0.1)

    def _push(self, client: httpx.Client, events: list[Event]) -> None:
        try:
            answer = client.post("/api/v1/events", content=orjson.dumps([body(event) for event in events]))
            self.answers.add(answer.status_code)
            acknowledged = answer.is_success
        except httpx.HTTPError:
            acknowledged = False
        self._refused_last = not acknowledged
        if acknowledged:
            assert answer.json() == {"accepted": len(events), "rejected": []}
            self.acknowledged += events
        else:
            self.unanswered += 1
            self._again.append(events)

    def _event(self) -> Event:
        chance = self._chance
        if self.acknowledged and chance.random() < 0.1:
            return chance.choice(self.acknowledged)
        kind = chance.choice(("incident", "unit", "call"))
        now = datetime.now(UTC).replace(microsecond=0)
        value: dict[str, Any] = {
            "kind": kind,
            "id": f"{self._prefix}-{chance.randrange(80)}",
            "agency": "SFPD",
            "source": chance.choice(("cad", "cad2", "avl")),
            "occurred_at": (now - timedelta(seconds=chance.randrange(4))).isoformat(),
            "sequence": chance.choice((None, chance.randrange(3))),
            "data": None if chance.random() < 0.05 else _data(kind, chance),
        }
        return parse_event(value, datetime.now(UTC))

    def picture(self) -> Entities:
        """Return of the real picture what is this driver's."""
        entities = self._rtcc.picture()
        mine = {
            kind: {i: f for i, f in of.items() if i.startswith(f"{self._prefix}-")} for kind, of in entities.items()
        }
        return {kind: of for kind, of in mine.items() if of}

    def assert_whole(self) -> None:
        """Hold the real picture against the model's of exactly what was acknowledged."""
        expected = PurePicture(self.acknowledged).entities()
        deadline = time.monotonic() + WHOLE_WITHIN_S
        self._rtcc.wait_ready()
        while (found := self.picture()) != expected and time.monotonic() < deadline:
            time.sleep(0.25)
        assert found == expected, _difference(found, expected)


def _data(kind: str, chance: random.Random) -> dict[str, Any]:
    field, statuses = lifecycle.LIFECYCLES[kind]
    optional: dict[str, Any] = {
        "incident": {
            "priority": chance.randint(1, 5),
            "address": f'{chance.randrange(9)} Ünder "St"',
            "units": ["3D1"],
        },
        "unit": {"callsign": f"3D{chance.randrange(9)}", "speed_mps": chance.random() * 30, "emergency": True},
        "call": {"queue": f"q{chance.randrange(4)}", "caller_number": f"+1415{chance.randrange(10**7)}"},
    }[kind]
    data = {name: chance.choice((None, value, value)) for name, value in optional.items() if chance.random() < 0.6}
    return data | {field: chance.choice(statuses)} if chance.random() < 0.6 or not data else data


def _difference(found: Entities, expected: Entities) -> str:
    differs = [
        f"{kind} {id_}: {found.get(kind, {}).get(id_)} instead of {expected.get(kind, {}).get(id_)}"
        for kind in found | expected
        for id_ in found.get(kind, {}) | expected.get(kind, {})
        if found.get(kind, {}).get(id_) != expected.get(kind, {}).get(id_)
    ]
    return f"{len(differs)} entities differ: " + "; ".join(differs[:3])
