"""The band across a page that says when the picture is not live; screen readers say it aloud."""

from __future__ import annotations

from dash import html

from rtcc.web import ids


def band() -> html.Div:
    """Shown until the first picture has come, and whenever the stream or the server's store is lost."""
    return html.Div(
        id=ids.BAND,
        className="band",
        role="alert",
        children=[
            html.Div(id=ids.BAND_TITLE, className="band-title", children="Connecting"),
            html.Div(id=ids.BAND_DETAIL, className="band-detail", children="Waiting for the picture"),
        ],
    )
