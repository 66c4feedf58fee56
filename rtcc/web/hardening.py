"""What stands before the application, from the outside in: who asks, what the answer tells, and what is no request."""

from __future__ import annotations

from fastapi import FastAPI

from rtcc.settings import Settings
from rtcc.web.check import AccessCheck
from rtcc.web.foreign_pages import ForeignPages
from rtcc.web.hosts import KnownHosts
from rtcc.web.proxies import TrustedProxies
from rtcc.web.request_limits import RequestLimits
from rtcc.web.security_headers import SecurityHeaders


def harden(app: FastAPI, settings: Settings) -> None:
    """Put everything before an application that comes before its routes, the access check last."""
    # Each that is added stands before those that were: the first here is the innermost.
    app.add_middleware(AccessCheck, server=app)
    app.add_middleware(ForeignPages)
    app.add_middleware(RequestLimits)
    app.add_middleware(KnownHosts, hosts=settings.hosts)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedProxies, proxies=settings.trusted_proxies)
