"""The HTML document around a page: its theme, who looks at it, its stylesheets and its start in the browser."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Literal

from dash.backends._fastapi import get_current_request
from fastapi import Request

from rtcc.access.visibility import Marks, hidden_fields
from rtcc.web.viewer import OVERSEERS, Viewer

Theme = Literal["dark", "light"]
ASSETS = Path(__file__).resolve().parents[2] / "assets"
#: Set by the page's own switch; it holds nothing but one of the two words.
THEME_COOKIE = "rtcc_theme"

_IMPORT = re.compile(r'^import\b[^;]*?"(\.[^"]+)";', re.MULTILINE)
_SHARED = (
    "00-tokens.css",
    "10-shell.css",
    "20-components.css",
    "25-map.css",
    "26-alarms-desk.css",
    "27-notices.css",
    "28-viewer.css",
    "29-withheld.css",
)


def theme_of(request: Request) -> Theme:
    """Return the theme that the address asks for (`?theme=light`), or that this browser chose; dark first."""
    return _theme(request.query_params.get("theme"), request)


def theme_here(asked: str | None) -> Theme:
    """Return the same while Dash builds a page: there the query stands in the layout's arguments."""
    return _theme(asked, get_current_request())


def _theme(asked: str | None, request: Request) -> Theme:
    return "light" if (asked or request.cookies.get(THEME_COOKIE)) == "light" else "dark"


def facts(page: str, theme: Theme, viewer: Viewer) -> dict[str, str]:
    """Return the attributes of the html element: what styles and scripts go by, known before anything has loaded."""
    told = {
        "data-page": page,
        "data-theme": theme,
        "data-mantine-color-scheme": theme,
        "data-viewer": viewer.name,
        "data-role": viewer.role,
        "data-audience": viewer.audience,
        "data-session": viewer.id,
    }
    if viewer.locks_after_s:
        told["data-lock-after"] = str(viewer.locks_after_s)
    if len(viewer.roles) > 1:
        told["data-roles"] = " ".join(viewer.roles)
    may = {
        "operates": viewer.operates,
        "signed": viewer.by == "session",
        "locks": viewer.locks_after_s > 0,
        "writes": viewer.writes,
        "oversees": viewer.audience in OVERSEERS,
        "reads-notes": "text" not in (hidden_fields(viewer.audience, "note", Marks()) or ()),
    }
    return told | {f"data-{what}": "yes" for what, allowed in may.items() if allowed}


def attributes(page: str, theme: Theme, viewer: Viewer) -> str:
    """Return the same as HTML."""
    return " ".join(f'{name}="{escape(value)}"' for name, value in facts(page, theme, viewer).items())


def head(page: str) -> str:
    """Return the links to the page's icon and stylesheets, and its program, which begins while the rest still comes."""
    own = f"30-{page}.css"
    styles = [*_SHARED, own] if (ASSETS / "css" / own).is_file() else list(_SHARED)
    links = ['<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">']
    links += [f'<link rel="stylesheet" href="/assets/css/{name}">' for name in styles]
    links += [f'<script type="module" async src="/assets/js/pages/{page}.js"></script>']
    # All at once: found one in the other, each row of them would wait until the one before has come and run.
    links += [f'<link rel="modulepreload" href="/assets/js/{name}">' for name in modules(f"pages/{page}.js")]
    return "\n  ".join(links)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """Return the modules that a module of `assets/js` needs, itself not among them, each as its path from there."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        base = ASSETS / "js"
        # A program that is served from elsewhere is found by the browser alone.
        text = (base / name).read_text() if (base / name).is_file() else ""
        for imported in _IMPORT.findall(text):
            path = ((base / name).parent / imported).resolve().relative_to(base.resolve()).as_posix()
            if path not in found:
                found[path] = None
                waiting.append(path)
    return tuple(sorted(found))
