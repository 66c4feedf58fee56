"""What stands and was seen around an incident: cameras, places, detections and alarms, and earlier incidents there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from dash import html

from rtcc.model.checks import parse_instant
from rtcc.web.asking import Untold
from rtcc.web.city_time import CityTime
from rtcc.web.components.incident_words import STATUSES, calmly, far, span
from rtcc.web.components.states import asking_link, asks, nothing

_VIEW = {True: "looks here", False: "does not look here", None: "where it looks is not known"}
#: Farther away nothing says anything about this place.
_CAMERAS_WITHIN_M, _PLACES_WITHIN_M = 600, 2_000
_DETECTIONS = {"gunshot": "Gunshot", "plate": "Plate hit", "panic_button": "Panic button", "person": "Person"}
Part = html.Div | html.Ul | list[Any]


def places(near: Mapping[str, Any] | None) -> Part:
    """The nearest cameras and named places; None where the incident has no place that may be told."""
    if near is None:
        return nothing("Not known here", "The incident has no position, or none that this screen may see.")
    cameras = [
        _row(one["name"], _VIEW[one["in_view"]], far(one["distance_m"]), one)
        for one in near["cameras"]
        if one["distance_m"] <= _CAMERAS_WITHIN_M
    ]
    named = [
        _row(one["name"], one["kind"].replace("_", " "), far(one["distance_m"]), one)
        for one in near["places"]
        if one["distance_m"] <= _PLACES_WITHIN_M
    ]
    if not cameras and not named:
        return nothing("Nothing is near", "The city's files name no camera and no place around here.")
    cameras = cameras or [html.Li(f"None within {far(_CAMERAS_WITHIN_M)}", className="row-quiet")]
    parts = [("Cameras", cameras), ("Places", named)]
    return [html.Div([html.H3(word), html.Ul(rows, className="rows")]) for word, rows in parts if rows]


def around(told: Mapping[str, Any] | Untold, time: CityTime, began: datetime | None) -> Part:
    """Detections and alarms by time and distance, the latest first."""
    if isinstance(told, Untold):
        return untold(told)
    if not told["found"]:
        within = f"No detection and no alarm within {far(told['radius_m'])} and {told['minutes']:g} min."
        return nothing("Nothing was seen around it", within)
    rows = [_found(one, time, began) for one in told["found"]]
    if told["more"]:
        rows.append(html.Li(f"and {told['more']} more", className="row-quiet"))
    return html.Ul(rows, className="rows")


def history(told: Mapping[str, Any] | Untold, time: CityTime) -> Part:
    """Earlier incidents at this address, the latest first."""
    if isinstance(told, Untold):
        return untold(told)
    if not told["earlier"]:
        return nothing(
            "The first one here", f"No earlier incident at this address or within {far(told['radius_m'])} is on record."
        )
    return html.Ul([_earlier(one, time) for one in told["earlier"]], className="rows")


def untold(told: Untold) -> html.Div:
    """What stands where nothing is told: why, and where that is so the way to say what for."""
    return nothing("Not known here", told.sentence) if told.needs is None else asks(told.needs, told.sentence)


def _found(one: Mapping[str, Any], time: CityTime, began: datetime | None) -> html.Li:
    at = parse_instant(one["at"])
    is_detection = one["kind"] == "detection"
    what = (
        _DETECTIONS.get(one["what"], str(one["what"] or "Detection").capitalize())
        if is_detection
        else one["what"] or "Alarm"
    )
    when = "" if at is None else time.clock(at)
    told = " · ".join(word for word in (when, _against(at, began), *_more(one)) if word)
    more = [told, " ", asking_link(("plate", one["id"]), "Plate: give a reason")] if _hides_plate(one) else told
    return _row(what, more, far(one["distance_m"]), one)


def _hides_plate(one: Mapping[str, Any]) -> bool:
    return one["kind"] == "detection" and one["what"] == "plate" and not one.get("plate")


def _against(at: datetime | None, began: datetime | None) -> str:
    if at is None or began is None:
        return ""
    seconds = (at - began).total_seconds()
    return f"{span(abs(seconds))} {'before' if seconds < 0 else 'after'} it began"


def _more(one: Mapping[str, Any]) -> Sequence[str]:
    rounds = one.get("rounds")
    confidence = one.get("confidence")
    return [
        f"{rounds} rounds" if rounds else "",
        f"{confidence:.0%} sure" if confidence is not None else "",
        str(one.get("plate") or ""),
        str(one.get("hotlist_reason") or ""),
        str(one.get("review") or one.get("state") or ""),
    ]


def _earlier(one: Mapping[str, Any], time: CityTime) -> html.Li:
    at = parse_instant(one["entered_at"])
    words = [
        "" if at is None else f"{time.day(at)} {time.at(at):%H:%M}",
        f"priority {one['priority']}" if one["priority"] else "",
    ]
    words += [one["disposition"] or STATUSES.get(one["status"], "")]
    link = html.A(calmly(one["type"] or one["id"]), href=f"/incident/{quote(one['id'])}")
    distance = "" if one["distance_m"] is None else far(one["distance_m"])
    return _row(link, " · ".join(word for word in words if word), distance, {"kind": "incident"})


def _row(what: Any, more: Any, distance: str, one: Mapping[str, Any]) -> html.Li:
    kind: dict[str, Any] = {"data-kind": one.get("kind", "")}
    return html.Li(
        [
            html.Span(what, className="row-what"),
            html.Span(distance, className="row-far"),
            html.Span(more, className="row-more"),
        ],
        className="row",
        **kind,
    )
