"""Reads the tables ``listen`` and ``mqtt`` of a feed: where to listen or connect, and by which certificates."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from typing import Any

from rtcc.feeds.options import Options
from rtcc.feeds.transports.secret import Secret, take_secret, take_text
from rtcc.model.checks import Check, number, one_of, text, whole

KINDS = ("tcp-server", "tcp-client", "udp")
_HOST, _PATH = text(253), text(1000)
_PORT = whole(0, 65535)
_TOPICS = Check(
    lambda value: isinstance(value, list) and 0 < len(value) <= 50 and all(text(1000).accepts(item) for item in value),
    "a list of 1 to 50 topics",
    "json",
)


@dataclass(frozen=True, slots=True)
class Tls:
    """Our own certificate, and whose authority the other's must be of; paths of PEM files."""

    certificate: str | None
    key: str | None
    ca: str | None

    def for_server(self) -> ssl.SSLContext:
        """Return what a server uses; with ``ca`` it takes only clients whose certificate that has signed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate or "", self.key)
        if self.ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        return context

    def for_client(self) -> ssl.SSLContext:
        """Return what a client uses; the server's certificate is always verified."""
        context = ssl.create_default_context(cafile=self.ca)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True, slots=True)
class ListenTable:
    """``group`` is the multicast group that is joined on the interface with the address ``interface``."""

    kind: str
    host: str
    port: int
    tls: Tls | None
    group: str | None
    interface: str
    most_clients: int
    silence_s: float

    @classmethod
    def from_table(cls, feed_name: str, table: dict[str, Any]) -> ListenTable:
        """Check the table. Raises FeedTableError."""
        options = Options(f"feeds.{feed_name}.listen", table)
        kind = options.take("kind", one_of(*KINDS))
        host = options.take("host", _HOST) if kind == "tcp-client" else options.take("host", _HOST, "127.0.0.1")
        made = cls(
            kind=kind,
            host=host,
            port=options.take("port", _PORT),
            tls=_tls(options, kind == "tcp-server") if "tls" in options else None,
            group=options.take("group", _HOST, None),
            interface=options.take("interface", _HOST, "0.0.0.0"),  # noqa: S104 - the system's choice, told in the table
            most_clients=options.take("most_clients", whole(1, 10_000), 100),
            silence_s=float(options.take("silence_s", number(1, 86_400, "seconds"), 300)),
        )
        if made.kind == "udp" and made.tls is not None:
            raise options.refuse("tls", "cannot go with udp; tcp-server and tcp-client have it.")
        if made.group is not None and (made.kind != "udp" or not _is_group(made.group)):
            raise options.refuse("group", "must be a multicast group of IPv4, as 239.2.3.1, and the kind udp.")
        options.done()
        return made


@dataclass(frozen=True, slots=True)
class MqttTable:
    """A broker, and what is asked of it. ``client_id`` names the session that the broker keeps while we are away."""

    host: str
    port: int
    topics: tuple[str, ...]
    qos: int
    client_id: str
    version: str
    username: str | None
    password: Secret | None
    tls: Tls | None
    keepalive_s: int

    @classmethod
    def from_table(cls, feed_name: str, table: dict[str, Any]) -> MqttTable:
        """Check the table. Raises FeedTableError."""
        options = Options(f"feeds.{feed_name}.mqtt", table)
        tls = _tls(options, needed=False) if "tls" in options else None
        made = cls(
            host=options.take("host", _HOST),
            port=options.take("port", _PORT, 1883 if tls is None else 8883),
            topics=tuple(options.take("topics", _TOPICS)),
            qos=options.take("qos", whole(0, 1), 1),
            client_id=options.take("client_id", text(64), f"rtcc-{feed_name}"),
            version=options.take("version", one_of("3.1.1", "5"), "5"),
            username=take_text(options, "username", text(200)),
            password=take_secret(options, "password"),
            tls=tls,
            keepalive_s=options.take("keepalive_s", whole(5, 3600), 30),
        )
        options.done()
        return made


def _tls(options: Options, needed: bool) -> Tls:
    inner = options.take_table("tls")
    certificate = inner.take("certificate", _PATH) if needed else inner.take("certificate", _PATH, None)
    made = Tls(certificate, inner.take("key", _PATH, None), inner.take("ca", _PATH, None))
    inner.done()
    return made


def _is_group(group: str) -> bool:
    try:
        return ipaddress.IPv4Address(group).is_multicast
    except ValueError:
        return False
