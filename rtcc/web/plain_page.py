"""Pages that the server writes whole: forms, tables and links, which work while everything else still loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rtcc.web.document import facts, theme_of
from rtcc.web.home import HOME
from rtcc.web.hub import Hub
from rtcc.web.viewer import ANYONE, Viewer

#: Every value is escaped; one that a page forgot is an error, and no empty place.
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def plain_page(request: Request, template: str, status: int = 200, *, title: str, **told: Any) -> HTMLResponse:
    """Return the page that a template of `rtcc/web/templates` makes of what it is ``told``.

    The template knows besides: ``viewer``, ``theme``, ``page_name`` (its folder), ``title``, ``home``:
    where the viewer's role begins, and ``waiting_reviews``: how many uses of break glass have an open alarm.
    """
    viewer: Viewer = getattr(request.state, "viewer", ANYONE)
    name, theme = template.partition("/")[0].removesuffix(".html"), theme_of(request)
    page = _TEMPLATES.get_template(template).render(
        viewer=viewer,
        theme=theme,
        page_name=name,
        title=title,
        attributes=facts(name, theme, viewer),
        **{"home": HOME.get(viewer.role, "/wall"), "waiting_reviews": _waiting(request)} | told,
    )
    # A page back in the history must not offer what has been used or seen by somebody else since.
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


def _waiting(request: Request) -> int:
    hub: Hub | None = getattr(request.app.state, "hub", None)
    alarms = () if hub is None else (each.fields for each in hub.replica.entities.values() if each.kind == "alarm")
    return sum(alarm.get("rule") == "break_glass" and alarm.get("state") != "cleared" for alarm in alarms)
