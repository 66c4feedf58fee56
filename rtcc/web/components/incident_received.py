"""The bytes behind an incident, as they were received, for those who may see all that stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from rtcc.model.checks import parse_instant
from rtcc.web.asking import Untold
from rtcc.web.city_time import CityTime
from rtcc.web.components.states import nothing


def received(told: Mapping[str, Any] | Untold, time: CityTime) -> html.Div | list[Any]:
    """Each request in the order in which it came."""
    if isinstance(told, Untold):
        return nothing("Not known here", told.sentence)
    if not told["received"]:
        return nothing("Nothing is kept", "No request with this incident in it is on record.")
    parts: list[Any] = [_body(one, time) for one in told["received"]]
    if told["more"]:
        parts.append(html.P(f"and {told['more']} more requests", className="row-quiet"))
    return parts


def _body(one: Mapping[str, Any], time: CityTime) -> html.Figure:
    at = parse_instant(one["received_at"])
    words = [
        "" if at is None else f"{time.day(at)} {time.clock(at)}",
        f"{one['size']:,} bytes",
        one["content_type"],
        one["key"],
    ]
    caption = " · ".join(str(word) for word in words if word)
    if one["expunged"]:
        return html.Figure([html.Figcaption(caption), html.P("Removed from the record.", className="row-quiet")])
    cut = html.Span(" · only the part around this incident", className="row-quiet") if one["cut"] else None
    copy = html.Button("Copy", className="act received-copy", type="button")
    return html.Figure(
        [html.Figcaption([html.Span(caption), cut, copy]), html.Pre(one["text"], tabIndex=0)], className="received"
    )
