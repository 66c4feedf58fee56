"""The card of a new priority 1 on the wall, over the map for as long as the wall looks there."""

from __future__ import annotations

from typing import Any

from dash import html

from rtcc.web import ids

_SPOKEN: dict[str, Any] = {"aria-label": "New priority 1"}


def takeover() -> html.Section:
    """Empty and hidden until the browser has something to show in it."""
    return html.Section(id=ids.TAKEOVER, className="takeover", hidden=True, **_SPOKEN)
