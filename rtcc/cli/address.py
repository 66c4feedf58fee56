"""Where the web process of a data folder answers, for commands that print addresses: it may have a port of its own."""

from __future__ import annotations

import contextlib
import ipaddress
from pathlib import Path

from rtcc.settings import Settings


def address_of(settings: Settings) -> str:
    """Return the address under which browsers find the web process of these settings, as far as they can tell."""
    # Whoever opened it to others has said by which name they come.
    named = next((name for name in settings.hosts if not _is_local(name)), None)
    if settings.trusted_proxies:
        return f"https://{named or 'localhost'}"
    host = settings.host if named is None or _is_local(settings.host) else named
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    scheme = "http" if settings.tls_certificate is None else "https"
    return f"{scheme}://{host}:{settings.port}"


def tell_address(settings: Settings) -> None:
    """Keep the address under which the web process of these settings is about to answer."""
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    # In one step: whoever looks at this moment finds the old address or the new one, never half of one.
    written = file.with_suffix(".new")
    written.write_text(f"{address_of(settings)}\n")
    written.replace(file)


def told_address(settings: Settings) -> str | None:
    """Return the address that the last web process of this data folder told, None where there has been none."""
    try:
        return _file(settings).read_text().strip()
    except FileNotFoundError:
        return None


def reached_at(settings: Settings, said: str | None) -> str:
    """Return how browsers reach RTCC: as somebody ``said``, else as the last web process told, else as settings say."""
    return (said or told_address(settings) or address_of(settings)).rstrip("/")


def _is_local(name: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    return name == "localhost"


def _file(settings: Settings) -> Path:
    return settings.data_dir / "run" / "address"
