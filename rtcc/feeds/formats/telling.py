"""Gathers what one payload tells: its rows, the checked events they become, and what could not be used and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rtcc.feeds.payload import FeedNames, Payload, Refused, Told
from rtcc.model.checks import kind_of
from rtcc.model.event import EventError, iso, parse_event
from rtcc.model.fields import KINDS


class Telling:
    """What one payload tells so far, in ``told``; the row that is being read is the one last begun."""

    def __init__(self, names: FeedNames, payload: Payload) -> None:
        """Begin with nothing told."""
        self.told = Told()
        self.received_at = payload.received_at
        self._names = names
        self._id = ""
        self._raw = payload.body

    def begin(self, raw: bytes, id_: str = "") -> None:
        """Begin the next row: its bytes, and its id where it is known."""
        self.told.rows += 1
        self._raw, self._id = raw, id_

    def name(self, id_: str) -> None:
        """Say what the row that was begun is called."""
        self._id = id_

    def tell(self, kind: str, id_: str, occurred_at: datetime | str, data: dict[str, Any] | None) -> None:
        """Tell one event; a value that its field cannot hold is left out with a remark, None says nothing."""
        says = None if data is None else self._fitting(kind, data)
        if says == {}:
            self.refuse("Nothing in it can be told.")
            return
        value = {
            "kind": kind,
            "id": id_,
            "agency": self._names.agency,
            "source": self._names.source,
            "occurred_at": occurred_at if isinstance(occurred_at, str) else iso(occurred_at),
            "data": says,
        }
        try:
            self.told.events.append(parse_event(value, self.received_at))
        except EventError as error:
            self.refuse(str(error))

    def refuse(self, reason: str) -> None:
        """Say why the row, or a part of it, becomes no event."""
        self.told.refused.append(Refused(self.told.rows, self._id, reason, self._raw))

    def remark(self, reason: str) -> None:
        """Say what in the row could not be used."""
        self.told.remarks.append(Refused(self.told.rows, self._id, reason, self._raw))

    def refuse_all(self, reason: str) -> Told:
        """Say why nothing in the payload can be read."""
        self.told.refused.append(Refused(0, "", reason, self._raw))
        return self.told

    def _fitting(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        fields, says = KINDS[kind], {}
        for name, value in data.items():
            if value is None:
                continue
            if fields[name].accepts(value):
                says[name] = value
            else:
                self.remark(f"{name} is {kind_of(value)}; it must be {fields[name].allowed}.")
        if ("lat" in says) != ("lon" in says):
            says.pop("lat", None)
            says.pop("lon", None)
        return says
