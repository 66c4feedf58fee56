"""Only requests that name this server as theirs: a foreign page must not reach loopback under a name of its own.

Without this, a web site could point its own name at 127.0.0.1 (DNS rebinding) and read what this machine may see.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from rtcc.web.answers import answer


class KnownHosts:
    """Lets a request through whose Host header, without its port, is a known name of this server."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """Guard ``app``; ``hosts`` are names and addresses, IPv6 ones in brackets."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 to a request for somebody else."""
        if scope["type"] == "http":
            named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
            host = named if named.endswith("]") else named.rpartition(":")[0] or named
            if host not in self._hosts:
                detail = "This server is not known by that name; RTCC_HOSTS lists the names it answers to."
                await answer(421, {"detail": detail})(scope, receive, send)
                return
        await self._app(scope, receive, send)
