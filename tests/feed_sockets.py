"""Parts of tests with real sockets: a listener that runs, where its batches go, and certificates."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rtcc.feeds.transports.batches import Batches
from rtcc.feeds.transports.listen import Listener
from rtcc.tasks import StoreUnavailable
from tests.feed_parts import made_feed


class Kept:
    """Where batches go: every payload, in order; ``away`` times the store does not answer."""

    def __init__(self):
        self.payloads, self.away, self.calls = [], 0, 0
        self.lock = threading.Lock()

    def take(self, payloads):
        with self.lock:
            self.calls += 1
            if self.away:
                self.away -= 1
                raise StoreUnavailable("The store does not answer.")
            self.payloads += payloads

    @property
    def bodies(self):
        return [each.body for each in self.payloads]

    @property
    def lines(self):
        return b"\n".join(self.bodies).split(b"\n") if self.payloads else []


class Hearing:
    """A listener and its batches, running."""

    def __init__(self, kept, format_=None, **table):
        feed = made_feed("listen", {"host": "127.0.0.1", "port": 0} | table, **({"format": format_} if format_ else {}))
        self.failures = []
        self.port = asyncio.get_running_loop().create_future()
        self.batches = Batches("town", kept.take, linger_s=0.02)
        self.listener = Listener(feed, self.batches, self.failures.append, self.port.set_result)

    async def __aenter__(self):
        self.tasks = [asyncio.create_task(self.listener.run()), asyncio.create_task(self.batches.run())]
        return self

    async def __aexit__(self, *_):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def until(look, within_s=10.0):
    """Wait until what is looked at is true."""
    async with asyncio.timeout(within_s):
        while not look():  # noqa: ASYNC110 - what is looked at has no event of its own
            await asyncio.sleep(0.005)


def make_certificates(folder):
    """Write an authority, a server's certificate and a client's into a folder, as PEM files."""
    now = dt.datetime.now(dt.UTC)
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "server", "client")}

    def named(name):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    for name, key in keys.items():
        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("ca"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(keys["ca"], hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
