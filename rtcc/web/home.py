"""Where each role begins, and which addresses of ours a browser may be led back to."""

from __future__ import annotations

from typing import Final

from rtcc.access.visibility import Audience

#: Whoever does not stand here begins at the wall.
HOME: Final[dict[Audience, str]] = {
    "dispatcher": "/dispatch",
    "supervisor": "/supervisor",
    "admin": "/supervisor",
    "analyst": "/supervisor",
    "officer": "/officer",
}
_LONGEST = 500


def own_path(asked: str | None) -> str | None:
    """Return an address if it is a page of ours, None for everything that could lead elsewhere."""
    if not asked or len(asked) > _LONGEST or not asked.startswith("/") or asked.startswith("//"):
        return None
    # Browsers read a backslash as a slash, and leave out tabs and line breaks.
    return asked if asked.isprintable() and asked.isascii() and "\\" not in asked else None
