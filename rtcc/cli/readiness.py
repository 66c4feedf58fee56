"""Asking the web process of this machine whether it is ready, wherever it answers and whatever its certificate says."""

from __future__ import annotations

import contextlib
import http.client
import ssl

from rtcc.settings import Settings

#: Where it answers when it answers everywhere.
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it is only compared


def answers(settings: Settings) -> bool:
    """Say whether the web process of these settings is ready (/readyz answers 200)."""
    host, port = _LOCAL.get(settings.host, settings.host), settings.port
    if settings.tls_certificate is None:
        connection = http.client.HTTPConnection(host, port, timeout=1)
    else:
        # Nothing is told to whoever answers, and the certificate names how others reach it, not how we do.
        context = ssl._create_unverified_context()  # noqa: S323, SLF001
        connection = http.client.HTTPSConnection(host, port, timeout=1, context=context)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/readyz", headers={"Host": next(iter(settings.hosts), host)})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
