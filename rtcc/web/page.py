"""A page of the glass: where it is found, what stands on it, and what its browser needs to load."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from dash import Dash
from dash.development.base_component import Component
from fastapi import Request
from starlette.responses import Response
from starlette.routing import compile_path

from rtcc.web.rules import WATCH, by

#: Libraries of components that Dash would otherwise load on every page; each is a megabyte that a wall does not need.
LIBRARIES = frozenset({"dash_ag_grid", "dash_mantine_components"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page that Dash builds.

    ``name`` is its root element's id, its entry in `assets/js/pages` and its stylesheet; ``path`` is a route of FastAPI
    whose parameters, with those of the query, come to ``layout``; ``libraries`` are those of LIBRARIES that it uses.
    """

    name: str
    path: str
    title: str
    layout: Callable[..., Component]
    libraries: frozenset[str] = frozenset()
    callbacks: Callable[[Dash], None] | None = None
    access: dict[str, Any] = field(default_factory=lambda: by(WATCH))
    #: Asked before the page opens: what is answered instead of it, None where it opens.
    before: Callable[[Request], Awaitable[Response | None]] | None = None

    def said_by(self, pathname: str) -> dict[str, Any] | None:
        """Return what a path says to the layout, or None where it is another page's."""
        pattern, _, convertors = compile_path(self.path)
        found = pattern.match(unquote(pathname))
        return {name: convertors[name].convert(text) for name, text in found.groupdict().items()} if found else None
