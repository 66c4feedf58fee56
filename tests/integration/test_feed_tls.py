"""A feed over TLS: a server that takes only its authority's clients, and a client that verifies the server."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import pytest

from tests.feed_sockets import Hearing, Kept, make_certificates, until


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, a server's certificate and a client's, as PEM files."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder)
    return folder


def test_tls_takes_only_clients_of_the_authority(certificates):
    """Whoever has no certificate of it is not heard."""

    async def scene():
        kept = Kept()
        folder = certificates
        tls = {
            "certificate": str(folder / "server.pem"),
            "key": str(folder / "server.key"),
            "ca": str(folder / "ca.pem"),
        }
        async with Hearing(kept, kind="tcp-server", tls=tls) as hearing:
            port = await hearing.port
            context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
            # Where in the conversation it is refused is the protocol's affair.
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
                writer.write(b"from nobody\n")
                await writer.drain()
                assert await reader.read() == b""
            context.load_cert_chain(folder / "client.pem", folder / "client.key")
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            writer.write(b"from a friend\n")
            await until(lambda: kept.bodies)
            writer.close()
        assert kept.bodies == [b"from a friend"]

    asyncio.run(scene())


def test_a_client_verifies_the_server(certificates, monkeypatch):
    """A server of no authority that we know is not listened to."""
    monkeypatch.setattr("rtcc.feeds.transports.listen.pause_s", lambda *_: 0.01)
    folder = certificates

    async def scene():
        async def tell(_, writer):
            writer.write(b"hello\n")
            writer.close()

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        server = await asyncio.start_server(tell, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        kept = Kept()
        async with Hearing(kept, kind="tcp-client", port=port, tls={}) as hearing:
            await until(lambda: hearing.failures)
            assert "SSLCertVerificationError" in hearing.failures[0]
        assert not kept.bodies
        async with Hearing(kept, kind="tcp-client", port=port, tls={"ca": str(folder / "ca.pem")}):
            await until(lambda: kept.bodies)
        server.close()

    asyncio.run(scene())
