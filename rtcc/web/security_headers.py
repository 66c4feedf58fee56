"""What every answer tells the browser it may do with it: the content security policy and its companions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What a page that we write whole may load: its stylesheets, pictures and modules, from here and from nowhere else.
_PLAIN: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
#: What else a page with a map and charts needs. docs/hardening.md says of each why, and what that leaves open.
_WITH_MAP: Final = {
    # The libraries of components and the map put their stylesheets into the page as elements; attributes none does.
    "style-src-elem": "'self' 'unsafe-inline'",
    "style-src-attr": "'none'",
    "font-src": "'self'",
    # The map starts its workers from its own text.
    "worker-src": "'self' blob:",
}
#: What no page here needs; a program that was brought in all the same cannot have it either.
_NO_USE: Final = (
    "accelerometer",
    "bluetooth",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
POLICY: Final = "content-security-policy"
#: Besides the policy, in every answer.
ALWAYS: Final[dict[str, str]] = {
    "x-content-type-options": "nosniff",
    # An address of ours may hold a one-time token: no other site is told it.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": ", ".join(f"{name}=()" for name in _NO_USE),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
#: Whatever is not a file of the pages may be about somebody: kept nowhere, unless its route says otherwise.
_NOT_KEPT: Final = (b"cache-control", b"no-store")
_BREAK: Final = re.compile(rb"[\r\n\0]")


def policy_of_maps(inline_scripts: Iterable[str] = ()) -> str:
    """Return the policy of pages with a map; ``inline_scripts`` are the hashes of what Dash writes into its pages."""
    return _written(_PLAIN | _WITH_MAP | {"script-src": " ".join(["'self'", *inline_scripts])})


class SecurityHeaders:
    """Puts them into every answer, and into none a line break that somebody brought in with a value."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard the answers of ``app``; one that names a policy of its own keeps it."""
        self._app = app
        self._always = [(name.encode(), value.encode()) for name, value in ALWAYS.items()]
        self._plain = (POLICY.encode(), _written(_PLAIN).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to the beginning of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        always = [*self._always, _HSTS] if scope["scheme"] == "https" else self._always

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._completed(list(message.get("headers", ())), always)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _completed(
        self, headers: list[tuple[bytes, bytes]], always: list[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        has_policy = is_kept = False
        for place, (name, value) in enumerate(headers):
            if _BREAK.search(value):
                headers[place] = name, _BREAK.sub(b" ", value)
            has_policy = has_policy or name == self._plain[0]
            is_kept = is_kept or name == _NOT_KEPT[0]
        headers += always
        if not has_policy:
            headers.append(self._plain)
        if not is_kept:
            headers.append(_NOT_KEPT)
        return headers


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())
