"""The parts of an incident's page, with what stands in them until the server and the live picture have told them."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from rtcc.web import ids
from rtcc.web.components.incident_words import INTERVALS
from rtcc.web.components.states import coming, nothing


def head() -> html.Header:
    """What it is, where, how it stands and for how long; and its intervals against what is owed."""
    return html.Header(
        className="incident-head",
        children=[
            html.Div(
                id=ids.INCIDENT_HEAD,
                className="incident-what",
                children=[
                    html.Span(className="mark"),
                    html.Div([html.H2("Incident", className="incident-type"), html.Div(className="incident-address")]),
                    html.Span(className="panel-age", hidden=True),
                    html.Div(className="incident-lock", hidden=True),
                    html.Dl(
                        [
                            html.Div([html.Dt(word), html.Dd("–")], **{"data-fact": name})  # type: ignore[arg-type]
                            for name, word in (
                                ("status", "Status"),
                                ("age", "Age"),
                                ("area", "Beat · district"),
                                ("number", "Number"),
                            )
                        ],
                        className="incident-facts",
                    ),
                ],
            ),
            html.Ol(
                [_interval(name, word) for name, word in INTERVALS],
                id=ids.INCIDENT_INTERVALS,
                className="intervals",
                **{"aria-label": "Intervals against their targets"},  # type: ignore[arg-type]
            ),
        ],
    )


def _interval(name: str, word: str) -> html.Li:
    children = [
        html.Span(word, className="interval-name"),
        html.B("–", className="interval-value"),
        html.Span(html.Span(className="interval-fill"), className="interval-bar"),
        html.Span(className="interval-target"),
    ]
    return html.Li(children, className="interval", **{"data-interval": name})  # type: ignore[arg-type]


def timeline_panel() -> html.Section:
    """Every change, the oldest first; the list stays at its end while nobody has scrolled away from it."""
    return html.Section(
        className="panel incident-timeline",
        children=[
            _head("Timeline", html.Span(id=ids.INCIDENT_TIMELINE_NOTE)),
            html.Div(
                coming("Reading what is on record …"),
                id=ids.INCIDENT_TIMELINE,
                className="scroll",
                tabIndex=0,
                role="region",
                **{"aria-label": "Timeline, the oldest first"},  # type: ignore[arg-type]
            ),
            html.Button("To the newest", className="act moments-newest", type="button", hidden=True),
        ],
    )


def units_panel() -> html.Section:
    """Who was sent, and when each came."""
    body = html.Div(coming("Reading who was sent …"), id=ids.INCIDENT_UNITS, className="incident-table")
    return html.Section([_head("Units and how they came"), body], className="panel incident-units")


def notes_panel() -> html.Section:
    """The notes, each with who wrote it and when, and under them the form for the next, or why there is none."""
    written = html.Ol(id=ids.INCIDENT_NOTES, className="notes")
    return html.Section(
        [_head("Notes"), written, html.Div(id=ids.INCIDENT_NOTE_FORM)], className="panel incident-notes"
    )


def beside_panels() -> list[Component]:
    """What was around it, what stands there, what happened there before, video, and the bytes behind it."""
    video = nothing(
        "No video system is connected", "Cameras are named here with where they look; their pictures are not."
    )
    return [
        _panel("Seen around it", ids.INCIDENT_AROUND, "Looking for detections and alarms …", "within 300 m and 30 min"),
        _panel("Cameras and places", ids.INCIDENT_PLACES, "Looking at what stands there …"),
        _panel("Earlier at this address", ids.INCIDENT_HISTORY, "Reading what happened here before …"),
        html.Section([_head("Video"), video], className="panel incident-video"),
        html.Section(
            className="panel incident-received",
            children=html.Details(
                [
                    html.Summary(html.H2("As it was received")),
                    html.Div(coming("Reading what was received …"), id=ids.INCIDENT_RECEIVED),
                ],
                id=ids.INCIDENT_RECEIVED_PART,
            ),
        ),
    ]


def missing() -> html.Section:
    """Instead of all that, where there is no such incident, or none that can be told of now."""
    return html.Section(
        id=ids.INCIDENT_MISSING,
        className="incident-missing",
        hidden=True,
        children=[
            html.H2("No such incident"),
            html.P(
                "Neither the live picture nor the journal knows it, or it is not one that you may know of. "
                "Look at the number in the address."
            ),
            html.P(className="incident-number"),
            html.P(html.A("Go to the queues", className="act", href="/dispatch")),
        ],
    )


def _panel(word: str, id_: str, waits: str, more: str = "") -> html.Section:
    return html.Section([_head(word, html.Span(more)), html.Div(coming(waits), id=id_)], className="panel")


def _head(word: str, *more: Component) -> html.Div:
    return html.Div([html.H2(word), *more], className="panel-head")
