"""How the center itself is, at /admin: every declared feed with its state, its figures and its last trouble."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from rtcc.web import ids
from rtcc.web.components.admin_feeds import admin_feeds, closed
from rtcc.web.components.desk import desk
from rtcc.web.page import Page


def layout(theme: str | None = None, **_: Any) -> Component:
    """The whole page; what stands in it is asked of `GET /api/v1/feeds`, which answers only those who may know."""
    return desk(ids.ADMIN, admin_feeds(), closed(), theme=theme)


PAGE = Page(
    name=ids.ADMIN,
    path="/admin",
    title="Admin · RTCC",
    layout=layout,
    libraries=frozenset({"dash_mantine_components"}),
)
