"""What stands where there is nothing to show: nothing found, not told, not allowed, or still coming."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html

from rtcc.web.reasoned import asking_address


def nothing(title: str, text: str = "") -> html.Div:
    """A title that says what is so, and where it helps a sentence that says why."""
    return html.Div([html.B(title), html.Span(text)] if text else html.B(title), className="empty")


def asks(subject: tuple[str, str], text: str) -> html.Div:
    """It is shown when somebody has said what for; the link leads there, and withheld.js asks in place."""
    link = asking_link(subject, "Give a reason", f"/incident/{quote(subject[1])}")
    return html.Div([html.B("Asks for a reason"), html.Span(text), link], className="empty")


def asking_link(subject: tuple[str, str], word: str, back: str = "") -> html.A:
    """A link to the page that asks what for, and leads back; where a program runs on the page it asks in place."""
    said: dict[str, Any] = {"data-kind": subject[0], "data-id": subject[1]}
    return html.A(word, href=asking_address(subject, back), className="withheld", **said)


def coming(what: str) -> html.Div:
    """The part is being asked for."""
    return html.Div(what, className="empty")
