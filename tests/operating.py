"""Alarms pushed and answered over HTTP, for tests against a whole RTCC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from rtcc.model.event import Event
from tests.alarm_histories import raised
from tests.factories import body
from tests.running import Running, eventually


def said(id_: str, **over: Any) -> dict[str, Any]:
    """Return an alarm as another system pushes it, raised now; ``over`` changes its fields."""
    event = raised(datetime.now(UTC), id_)
    return outside(event._replace(data=event.data | over))


def outside(event: Event) -> dict[str, Any]:
    """Return what happens to an alarm as another system pushes it."""
    return body(event._replace(agency="OUT", source="other-system"))


def push(rtcc: Running, *events: dict[str, Any]) -> None:
    """Push alarms, and return when all are in the picture as they were last said to be."""
    with rtcc.client("ingest") as source:
        assert source.post("/api/v1/events", json=list(events)).status_code == 202
    wanted = {event["id"]: event["data"] for event in events}

    def arrived() -> bool:
        alarms = rtcc.picture().get("alarm", {})
        return all(
            id_ in alarms and all(alarms[id_].get(name) == value for name, value in data.items())
            for id_, data in wanted.items()
        )

    eventually(arrived)


def seen(rtcc: Running, kind: str, id_: str, scope: str | None = "read:dispatcher") -> dict[str, Any]:
    """Return what an audience sees of an entity now; nothing where it is not in the picture."""
    return rtcc.picture(scope).get(kind, {}).get(id_, {})


def command(client: httpx.Client, id_: str, what: str, **fields: Any) -> httpx.Response:
    """Command something to an alarm."""
    return client.post(f"/api/v1/alarms/{id_}/{what}", json=fields)
