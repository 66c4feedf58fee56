"""Public warnings: the calm line of the wall, and the button of a desk that opens the words of all."""

from __future__ import annotations

from typing import Any

from dash import html

from rtcc.web import ids

_LINE: dict[str, Any] = {"aria-label": "Public warnings"}
_OPENS: dict[str, Any] = {"aria-haspopup": "dialog", "data-none": ""}
_NAMED: dict[str, Any] = {"aria-labelledby": f"{ids.NOTICE_DIALOG}-heading"}


def notice_line() -> html.Section:
    """Over the map, where neither alarms nor queue are; the browser fills it while a warning stands."""
    return html.Section(id=ids.NOTICE_LINE, className="notice-line", hidden=True, **_LINE)


def notice_button() -> html.Button:
    """Its room is kept while there is none, so that what stands beside it does not move when one comes."""
    return html.Button(id=ids.NOTICE_DESK, className="act notice-desk", type="button", **_OPENS)


def notice_dialog() -> html.Dialog:
    """The warnings in their own words."""
    return html.Dialog(
        id=ids.NOTICE_DIALOG,
        className="dialog notice-dialog",
        children=[
            html.H2("Public warnings", id=f"{ids.NOTICE_DIALOG}-heading"),
            html.Ol(id=ids.NOTICE_LIST, className="notice-list"),
            html.Div(html.Button("Close", className="act notice-close", type="button"), className="dialog-foot"),
        ],
        **_NAMED,
    )
