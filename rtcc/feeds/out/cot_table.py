"""Reads the table ``[cot_out]`` of ``feeds.toml``: where TAK clients are served, and what they may see."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from rtcc.feeds.options import Options
from rtcc.feeds.payload import FeedTableError
from rtcc.model.checks import BOOLEAN, one_of, text, texts, whole

NAME = "cot_out"
PORT = 8087


@dataclass(frozen=True, slots=True)
class CotOut:
    """``leave_out`` are sources whose positions clients have already, because they come from TAK."""

    host: str
    port: int
    audience: str
    leave_out: frozenset[str]
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None

    @classmethod
    def from_table(cls, table: dict[str, Any], audiences: Iterable[str], folder: Path) -> Self:
        """Read the table; paths are read as from ``folder``. Raises FeedTableError."""
        options = Options(NAME, table)
        host = options.take("host", text(255), "127.0.0.1")
        port = options.take("port", whole(0, 65_535), PORT)
        audience = options.take("audience", one_of(*audiences), "officer")
        leave_out = options.take("leave_out", texts(64, 100), [])
        is_open = options.take("open", BOOLEAN, False)
        has_tls = "tls" in options
        tls = options.take_table("tls")
        options.done()
        files: dict[str, Path | None] = {"certificate": None, "key": None, "authority": None}
        if has_tls:
            files = {
                "certificate": folder / tls.take("certificate", text(1_000)),
                "key": folder / tls.take("key", text(1_000)),
                "authority": folder / authority if (authority := tls.take("ca", text(1_000), "")) else None,
            }
            tls.done()
        if not (is_open or files["authority"] or _is_loopback(host)):
            raise FeedTableError(
                f"{NAME}.host can be reached from other machines, and no certificate is asked of clients; give "
                f"{NAME}.tls.ca, or say {NAME}.open = true if whoever reaches it may see all that {audience} sees."
            )
        return cls(host, port, audience, frozenset(leave_out), **files)

    def context(self) -> ssl.SSLContext | None:
        """Return what TLS needs, None without TLS. Raises FeedTableError."""
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.authority is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.authority)
        except OSError as error:
            # SSLError is one of them, too.
            raise FeedTableError(
                f"{NAME}.tls names files that are no certificate and key that belong together."
            ) from error
        return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
