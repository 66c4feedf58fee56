"""CAP alerts as tests write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rtcc.model.event import iso
from tests.unit.feeds.payloads import NOW

RING = "37.70,-122.50 37.70,-122.40 37.80,-122.40 37.80,-122.50 37.70,-122.50"


def alert(identifier: str = "A", minutes: int = 0, **over: Any) -> str:
    """Write an alert that was sent so many minutes after noon."""
    said = {"sender": "nws@example.org", "status": "Actual", "msgType": "Alert", "scope": "Public"} | over
    info = said.pop("info", "<info><event>Flood</event><area><areaDesc>City</areaDesc></area></info>")
    parts = "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if value is not None)
    sent = iso(NOW + timedelta(minutes=minutes)).replace("Z", "+00:00")
    return (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sent>{sent}</sent>{parts}{info}</alert>"
    )


def refers(*earlier: str) -> str:
    """Write references to alerts."""
    return " ".join(f"nws@example.org,{one},2026-11-20T12:00:00+00:00" for one in earlier)
