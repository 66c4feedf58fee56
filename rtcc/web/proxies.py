"""Who really asks, where a proxy stands before us: believed of the declared proxies, and of nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

#: What only a proxy has to say. Taken out of every request, so that nothing behind this is told it by anybody else.
_OF_PROXIES = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-original-url",
        b"x-real-ip",
        b"x-rewrite-url",
    }
)
_FORWARDED_HOST = b"x-forwarded-host"
#: In a request's scope: a proxy that nobody has declared stands before us, so that loopback is not this machine alone.
PROXIED = "rtcc.proxied"


class UnknownProxyError(ValueError):
    """An entry of trusted_proxies that is no address; the message says so in one sentence."""


class TrustedProxies:
    """Puts the browser's own address, scheme and name of us into a request that a declared proxy passes on."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        """Believe the proxies with these addresses, or in these networks. Raises UnknownProxyError."""
        self._app = app
        self._trusted = [ipaddress.ip_network(checked_proxy(proxy)) for proxy in proxies]
        # Of the chain that a proxy tells, the first address that is no proxy's is whoever asks; uvicorn knows how.
        self._believed = ProxyHeadersMiddleware(self._without, [str(network) for network in self._trusted])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as it would be if it had come without a proxy."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif self._trusts(scope.get("client")):
            host = next((value for name, value in reversed(scope["headers"]) if name == _FORWARDED_HOST), None)
            if host is not None:
                headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
                # The last one is of the proxy next to us.
                scope["headers"] = [*headers, (b"host", host.rpartition(b",")[2].strip())]
            await self._believed(scope, receive, send)  # type: ignore[arg-type]
        else:
            await self._without(scope, receive, send)

    async def _without(self, scope: Any, receive: Any, send: Any) -> None:
        headers = scope["headers"]
        for name, _ in headers:
            if name in _OF_PROXIES:
                scope[PROXIED] = not self._trusted
                scope["headers"] = [(name, value) for name, value in headers if name not in _OF_PROXIES]
                break
        await self._app(scope, receive, send)

    def _trusts(self, client: tuple[str, int] | None) -> bool:
        if not self._trusted or client is None:
            return False
        try:
            address = ipaddress.ip_address(client[0])
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def checked_proxy(proxy: str) -> str:
    """Return an address or network as it is written. Raises UnknownProxyError where it is neither, or everybody."""
    try:
        network = ipaddress.ip_network(proxy)
    except ValueError:
        raise UnknownProxyError(
            f"trusted_proxies has {proxy[:60]!r}, which is no IP address and no network such as 10.1.0.0/24; "
            "write the address from which the proxy connects."
        ) from None
    if network.prefixlen == 0:
        raise UnknownProxyError(f"trusted_proxies has {proxy}, which is everybody; write the proxy's own address.")
    return proxy
