"""The alarms of a desk: one line that is always there, the list behind it, and the dialogs in which people answer."""

from __future__ import annotations

from typing import Any

from dash import html

from rtcc.web import ids
from rtcc.web.components.notices import notice_button, notice_dialog

#: How long an alarm may be put aside, in seconds, as people say it; a critical one for an hour at most.
_SHELVES = (
    (900, "15 min"),
    (1800, "30 min"),
    (3600, "1 hour"),
    (14_400, "4 hours"),
    (28_800, "8 hours"),
    (86_400, "24 hours"),
)
_SPOKEN: dict[str, Any] = {"aria-label": "Alarms"}
_OPENS: dict[str, Any] = {"aria-expanded": "false", "aria-controls": ids.ALARM_DESK_ROWS}
_LIST: dict[str, Any] = {"aria-label": "All alarms"}


def alarm_desk() -> html.Section:
    """Return the line and what hangs on it; the browser fills it, and offers only what this screen may do."""
    return html.Section(
        id=ids.ALARM_DESK,
        className="alarm-desk",
        children=[
            html.Div(
                className="alarm-desk-line",
                children=[
                    html.Span(id=ids.ALARM_DESK_BELL, className="alarm-desk-bell"),
                    html.Span(id=ids.ALARM_DESK_COUNT, className="alarm-desk-count"),
                    html.Span(id=ids.ALARM_DESK_FLOOD, className="alarm-desk-flood", hidden=True),
                    html.Span(id=ids.ALARM_DESK_LOAD, className="alarm-desk-load"),
                    html.Div(id=ids.ALARM_DESK_FIRST, className="alarm-desk-first"),
                    html.Button(id=ids.ALARM_DESK_RELEASE, className="release", type="button", hidden=True),
                    notice_button(),
                    html.Button(id=ids.ALARM_DESK_ALL, className="act", type="button", **_OPENS),
                ],
            ),
            html.Ol(id=ids.ALARM_DESK_ROWS, className="alarm-desk-rows", hidden=True, tabIndex="0", **_LIST),
            html.Div(id=ids.ALARM_DESK_REST, className="alarm-desk-rest", hidden=True),
            _shelving(),
            _noting(),
            notice_dialog(),
        ],
        **_SPOKEN,
    )


def _shelving() -> html.Dialog:
    lengths = [html.Option(said, value=str(seconds)) for seconds, said in _SHELVES]
    return _dialog(
        ids.SHELVE_DIALOG,
        "Shelve the alarm",
        ids.SHELVE_WHAT,
        [
            html.Label([html.Span("For how long"), html.Select(lengths, id=ids.SHELVE_FOR)], className="field"),
            html.Label(
                [html.Span("Reason"), _text(ids.SHELVE_REASON, 200)],
                className="field",
            ),
        ],
        "Shelve",
    )


def _noting() -> html.Dialog:
    asked = html.Label([html.Span("Note"), _text(ids.NOTE_TEXT, 4000)], className="field")
    return _dialog(ids.NOTE_DIALOG, "Note about the alarm", ids.NOTE_WHAT, [asked], "Add note")


def _text(name: str, most: int) -> html.Textarea:
    return html.Textarea(id=name, required=True, maxLength=most, rows=3)


def _dialog(name: str, heading: str, what: str, fields: list[Any], does: str) -> html.Dialog:
    spoken: dict[str, Any] = {"aria-labelledby": f"{name}-heading"}
    foot = html.Div(
        className="dialog-foot",
        children=[
            html.Button("Cancel", className="act", type="button"),
            html.Button(does, className="act act-main", type="submit"),
        ],
    )
    form = html.Form([html.P(id=what, className="dialog-what"), *fields, foot], method="dialog")
    return html.Dialog(id=name, className="dialog", children=[html.H2(heading, id=f"{name}-heading"), form], **spoken)
