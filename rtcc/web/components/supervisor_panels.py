"""The panels of the sergeant's screen, which the browser fills from the live picture."""

from __future__ import annotations

from typing import Any

from dash import html

from rtcc.web import ids

#: The figures at the top, the loudest first: each is a door to the list behind it.
FIGURES = (
    ("emergency", "Units in emergency"),
    ("empty", "Beats without a unit"),
    ("over", "Over target"),
    ("scenes", "Long on scene"),
    ("stale", "Positions too old"),
    ("alarms", "Alarms per operator, 10 min"),
)


def figures() -> html.Ul:
    """One cell for each figure; what is not well says so in words, not by colour alone."""
    cells = [
        html.Li(
            [
                html.Span(word, className="figure-name"),
                html.B("–", className="figure-value"),
                html.Span(className="figure-says"),
            ],
            className="figure",
            **{"data-figure": name},  # type: ignore[arg-type]
        )
        for name, word in FIGURES
    ]
    spoken: dict[str, Any] = {"aria-label": "Figures of this moment"}
    return html.Ul(cells, id=ids.SUPERVISOR_FIGURES, className="figures", **spoken)


def listing(id_: str, word: str) -> html.Section:
    """A list with its name, what it counts, and what waits while somebody is in it."""
    head = html.Div(
        [
            html.H2(word),
            html.Span(id=f"{id_}-says", className="held-says"),
            html.Span(className="panel-age", hidden=True),
            html.Span(id=f"{id_}-waits", className="held-waits"),
        ],
        className="panel-head",
    )
    spoken: dict[str, Any] = {"aria-label": word}
    return html.Section([head, html.Ol(id=id_, className="held-list", **spoken)], className="panel", id=f"{id_}-panel")


def alarm_load() -> html.Section:
    """How many alarms each operator gets, against what one can answer."""
    words = (
        ("per_operator", "per operator in 10 min"),
        ("per_operator_day", "per operator in 10 min, over a day"),
        ("active", "to acknowledge"),
        ("standing", "standing over a day"),
        ("shelved", "shelved"),
        ("chattering", "chattering"),
    )
    cells = [html.Div([html.Dt(word), html.Dd("–")], **{"data-load": name}) for name, word in words]  # type: ignore[arg-type]
    head = html.Div(
        [html.H2("Alarm load"), html.Span(id=f"{ids.SUPERVISOR_LOAD}-says", className="held-says")],
        className="panel-head",
    )
    worst = html.Ol(className="load-worst")
    return html.Section(
        [head, html.Dl(cells, className="load"), worst], id=ids.SUPERVISOR_LOAD, className="panel load-panel"
    )
