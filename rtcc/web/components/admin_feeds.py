"""The panel of the feeds at /admin: its head, its columns, its rows, and what stands there where there are none."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from rtcc.web import ids

#: In the order of a row's cells; the browser names each cell by the same words for those who hear them.
COLUMNS = (
    "State",
    "Feed",
    "Last success",
    "Interval",
    "Lag p50 · p95",
    "Read",
    "Accepted",
    "Unchanged",
    "Refused",
    "Dead letters",
)
_SIBLINGS = (
    ("People", "/admin/people", "for-admins"),
    ("Devices", "/admin/devices", "for-admins"),
    ("Audit", "/admin/audit", ""),
    ("Review", "/admin/review", ""),
)
_SIBLINGS_SAID: dict[str, Any] = {"aria-label": "Administration"}
_SAID: dict[str, Any] = {"aria-live": "polite"}
_HEAD: dict[str, Any] = {"aria-hidden": "true"}


def admin_feeds() -> Component:
    """Those in trouble first; a row unfolds into all that is known of its feed."""
    return html.Section(
        className="panel admin-panel",
        children=[
            html.Div(
                className="panel-head",
                children=[
                    html.H2("Feeds"),
                    _siblings(),
                    html.Span("Asking …", id=ids.ADMIN_COUNTS, className="admin-counts"),
                    html.Span(id=ids.ADMIN_WAITS, className="admin-waits"),
                    html.Span(id=ids.ADMIN_SAYS, className="admin-says", **_SAID),
                ],
            ),
            html.Div([html.Span(word) for word in COLUMNS], className="admin-columns", **_HEAD),
            html.Ol(id=ids.ADMIN_FEEDS, className="admin-feeds"),
            _none(),
            html.Div(
                [html.B("Nobody can say how the feeds are"), html.Span()],
                id=ids.ADMIN_AWAY,
                className="empty admin-away",
                hidden=True,
            ),
            html.Div(id=ids.ADMIN_OTHERS, className="admin-others", hidden=True),
        ],
    )


def _siblings() -> Component:
    """The other pages of whoever sees to the center; which of them are whose, the styles know by the role."""
    links = [html.A(word, href=address, className=whose) for word, address, whose in _SIBLINGS]
    return html.Nav(links, className="admin-siblings", **_SIBLINGS_SAID)


def closed() -> Component:
    """Instead of all that, for whoever may not know how the feeds are."""
    return html.Section(
        id=ids.ADMIN_CLOSED,
        className="admin-closed",
        hidden=True,
        children=[
            html.H2("For supervisors and administrators"),
            html.P(),
            html.P(
                [
                    html.A("Sign in", className="act", href="/login"),
                    html.A("Go to the wall", className="act", href="/wall"),
                ]
            ),
        ],
    )


def _none() -> html.Div:
    return html.Div(
        id=ids.ADMIN_NONE,
        className="admin-none",
        hidden=True,
        children=[
            html.B("No feed is declared"),
            html.P("RTCC hears only what is pushed to it as events. A feed is declared in two steps:"),
            html.Ol(
                [
                    html.Li(
                        [
                            html.Code("feeds.toml"),
                            " in the data folder: one table a feed; ",
                            html.Code("examples/feeds"),
                            " has whole ones.",
                        ]
                    ),
                    html.Li(
                        [
                            html.Code("rtcc feeds check NAME"),
                            " shows what its rows would become; then start ",
                            html.Code("rtcc up"),
                            " anew.",
                        ]
                    ),
                ]
            ),
        ],
    )
