"""How uvicorn serves the application: with TLS where there is a certificate, and with bounds of our own."""

from __future__ import annotations

import ssl
from typing import Any

from rtcc.settings import Settings
from rtcc.web.bounded_protocol import BoundedProtocol


def how_to_serve(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn is told of how to serve an application of these settings."""
    told: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "access_log": False,
        "log_level": "warning",
        # Listeners of the live stream never end by themselves; they reconnect and resume.
        "timeout_graceful_shutdown": 2,
        "http": BoundedProtocol,
        # No page has a WebSocket: an upgrade is an ordinary request, which the access check answers.
        "ws": "none",
        "server_header": False,
        # Proxies are believed or not by the application itself (see proxies.py).
        "proxy_headers": False,
    }
    if settings.tls_certificate is not None:
        told |= {
            "ssl_certfile": str(settings.tls_certificate),
            "ssl_keyfile": str(settings.tls_key),
            "ssl_context_factory": _at_least_tls_1_2,
        }
    return told


def _at_least_tls_1_2(_: Any, default: Any) -> ssl.SSLContext:
    context: ssl.SSLContext = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
