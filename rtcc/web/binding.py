"""Where the web process may answer: on this machine; for others only when they must sign in, and nobody can listen."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from typing import Final

from rtcc.access.accounts import Accounts
from rtcc.access.private_file import NotPrivateError, require_private
from rtcc.settings import Settings
from rtcc.web.proxies import UnknownProxyError, checked_proxy

_NO_ACCOUNT: Final = "somebody must have an account (`rtcc users invite NAME --role admin`, and sign in with it)"
_NO_TLS: Final = (
    "what is sent must be sealed: set tls_certificate and tls_key, "
    "or name in trusted_proxies the proxy that does TLS for it"
)
_NO_NAME: Final = "hosts must hold the name that browsers use, such as RTCC_HOSTS='[\"center.example.org\"]'"


class OpenAddressError(ValueError):
    """An address at which the server must not answer as things are; the message says in one sentence why."""


def require_safe_binding(settings: Settings, accounts: Accounts) -> None:
    """Refuse an address that others can reach before there are accounts and TLS. Raises OpenAddressError."""
    try:
        for proxy in settings.trusted_proxies:
            checked_proxy(proxy)
        _require_whole_tls(settings)
    except (NotPrivateError, UnknownProxyError) as error:
        raise OpenAddressError(str(error)) from None
    if is_loopback(settings.host):
        return
    missing = []
    if not any(one.password or one.subject or one.last_used_at for one in accounts.all()):
        missing.append(_NO_ACCOUNT)
    if settings.tls_certificate is None and not settings.trusted_proxies:
        missing.append(_NO_TLS)
    if all(is_loopback(name) for name in settings.hosts):
        missing.append(_NO_NAME)
    if missing:
        raise OpenAddressError(
            f"host is {settings.host}, where other machines reach it; first {'; and '.join(missing)}."
        )


def is_loopback(name: str) -> bool:
    """Say whether a name or address leads to this machine alone."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    return name == "localhost"


def _require_whole_tls(settings: Settings) -> None:
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        there, missing = ("tls_key", "tls_certificate") if certificate is None else ("tls_certificate", "tls_key")
        raise OpenAddressError(f"{there} is set and {missing} is not; TLS needs both.")
    require_private(key, "tls_key")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except OSError as error:
        # An SSLError is one: a key of another certificate, or no PEM at all.
        why = getattr(error, "reason", None) or type(error).__name__
        raise OpenAddressError(
            f"tls_certificate {certificate} and tls_key {key} cannot be used ({why}); both must be PEM, of one key."
        ) from None
