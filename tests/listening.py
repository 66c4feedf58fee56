"""A listener of the live stream over HTTP, for tests: it merges changes as a browser does, and remembers all it got."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import httpx
import orjson

from tests.running import Running, eventually

Entities = dict[str, dict[str, dict[str, Any]]]


class Listener:
    """Follows the stream in a thread. ``entities`` begin with what is given."""

    def __init__(self, rtcc: Running, scope: str | None = None, entities: Entities | None = None) -> None:
        """Listen as the audience of ``scope``; without one as `wall`."""
        self._rtcc = rtcc
        self._scope = scope
        self.entities: Entities = entities or {}
        self.cursor = ""
        self.changes: list[dict[str, Any]] = []
        self.events: list[tuple[float, str, Any]] = []
        self._response: httpx.Response | None = None
        self._thread: threading.Thread | None = None

    def open(self, cursor: str | None = None, last_event_id: str | None = None) -> None:
        """Connect, from a cursor or a last id or from now on, and return when the first beat is here."""
        before = len(self.events)
        self._thread = threading.Thread(target=self._listen, args=(cursor, last_event_id), daemon=True)
        self._thread.start()
        eventually(lambda: len(self.events) > before, 20, why="the first event")

    def close(self) -> None:
        """Hang up."""
        response = self._response
        if response is not None:
            with contextlib.suppress(Exception):
                response.extensions["network_stream"].get_extra_info("socket").shutdown(2)
        if self._thread is not None:
            self._thread.join(10)

    def start(self) -> None:
        """Take the whole picture, then follow it from there."""
        with self._rtcc.client(self._scope) as client:
            whole = client.get("/api/v1/picture").json()
        self.entities, self.cursor = whole["entities"], whole["cursor"]
        self.open(cursor=self.cursor)

    def named(self, name: str) -> list[Any]:
        """Return the data of all events of this name so far."""
        return [data for _, event, data in self.events if event == name]

    def knows(self, kind: str, id_: str) -> dict[str, Any] | None:
        """Return what it holds of an entity."""
        return self.entities.get(kind, {}).get(id_)

    def _listen(self, cursor: str | None, last_event_id: str | None) -> None:
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        parameters = {} if cursor is None else {"cursor": cursor}
        lines: dict[str, str] = {}
        with (
            contextlib.suppress(httpx.HTTPError, OSError),
            self._rtcc.client(self._scope) as client,
            client.stream("GET", "/api/v1/live", params=parameters, headers=headers) as self._response,
        ):
            for line in self._response.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    lines[name] = value
                    continue
                if "event" in lines:
                    self._take(lines["event"], orjson.loads(lines["data"]))
                self.cursor = lines.get("id", self.cursor)
                lines = {}

    def _take(self, event: str, data: Any) -> None:
        for change in data["changes"] if event == "change" else ():
            self.changes.append(change)
            entities = self.entities.setdefault(change["kind"], {})
            if change["fields"] is None:
                entities.pop(change["id"], None)
                continue
            fields = entities.setdefault(change["id"], {}) | change["fields"]
            entities[change["id"]] = {name: value for name, value in fields.items() if value is not None}
        self.events.append((time.monotonic(), event, data))


def of(entities: Entities, prefix: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return those whose id begins with a prefix."""
    return {
        (kind, id_): fields
        for kind, of_kind in entities.items()
        for id_, fields in of_kind.items()
        if id_.startswith(prefix)
    }
