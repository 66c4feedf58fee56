"""What pages of other sites make a browser ask of us: not the picture, and not the live stream.

No answer of ours lets another site's page read it (there are no CORS headers); this refuses the question itself.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from rtcc.web.answers import answer

#: Where data are; the addresses of pages may be linked to from anywhere.
_DATA: Final = ("/api/", "/_dash-", "/basemap/", "/metrics")
_FOREIGN_SITES: Final = frozenset({b"cross-site", b"same-site"})


class ForeignPages:
    """Refuses what another site's page asks; programs with a key are no pages."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 where the browser says that it is another site's page that asks."""
        if scope["type"] == "http" and scope["path"].startswith(_DATA) and _is_foreign(scope):
            detail = "This request comes from another site's page; open RTCC itself."
            await answer(403, {"detail": detail})(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    site = origin = host = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return False
        if name == b"sec-fetch-site":
            site = value
        elif name == b"origin":
            origin = value
        elif name == b"host":
            host = value
    if site in _FOREIGN_SITES:
        return True
    # A browser names the page's origin where it sends a question across sites; `null` is a page without any.
    return origin != b"" and origin.partition(b"://")[2].lower() != host.lower()
