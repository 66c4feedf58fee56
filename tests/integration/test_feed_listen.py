"""Feeds that never end, over real sockets: framing, batches, TLS, UDP and multicast, reconnecting, and backpressure."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from datetime import timedelta
from types import SimpleNamespace

import orjson
import pytest

from rtcc.feeds.formats.cot import CotFormat
from rtcc.feeds.payload import FeedNames, FeedTableError, Told
from rtcc.feeds.transports.batches import Batches, Message
from rtcc.feeds.transports.listen import LONGEST, split_lines
from rtcc.feeds.transports.listen_table import ListenTable
from rtcc.model.event import iso
from tests.feed_parts import FeedCenter, made_feed
from tests.feed_sockets import Hearing, Kept, until
from tests.stored_picture import stored_picture


class Framed:
    """A format whose messages end with a semicolon, as CoT's end with a tag."""

    remembers = False

    @staticmethod
    def split(buffer):
        *messages, rest = buffer.split(b";")
        return [each + b";" for each in messages], rest

    def read(self, payload, memory):
        return Told()


LINES = [orjson.dumps({"n": number}) for number in range(1500)]


def test_lines_arrive_whole_in_order_and_in_batches():
    """However the bytes are cut on the way; a last line without an end is one too."""

    async def scene():
        kept = Kept()
        async with Hearing(kept, kind="tcp-server") as hearing:
            _, writer = await asyncio.open_connection("127.0.0.1", await hearing.port)
            stream = b"\r\n\n".join(LINES)
            for start in range(0, len(stream), 997):
                writer.write(stream[start : start + 997])
                await writer.drain()
            writer.close()
            await until(lambda: len(kept.lines) == len(LINES))
        assert [each.strip() for each in kept.lines] == LINES
        assert kept.calls < len(LINES) / 10
        moments = [each.received_at for each in kept.payloads]
        assert len(set(moments)) == len(moments)
        assert {each.content_type for each in kept.payloads} == {"application/x-ndjson"}

    asyncio.run(scene())


def test_a_formats_own_framing_is_used():
    """Messages that are not lines are cut by whoever knows them."""

    async def scene():
        kept = Kept()
        async with Hearing(kept, Framed(), kind="tcp-server") as hearing:
            _, writer = await asyncio.open_connection("127.0.0.1", await hearing.port)
            writer.write(b"a\nb;c;d")
            await until(lambda: b"".join(kept.bodies) == b"a\nb;c;")
            writer.write(b"e;")
            await until(lambda: b"".join(kept.bodies) == b"a\nb;c;de;")
            writer.close()

    asyncio.run(scene())


def test_a_tak_stream_becomes_units(store, settings):
    """XML and TAK protocol in one stream, in pieces: each event is in the picture once, and chat is no fault."""
    event = (
        '<event version="2.0" uid="ANDROID-{n}" type="{type}" how="m-g" time="{at}" start="{at}" stale="{stale}">'
        '<point lat="37.{n}" lon="-122.4" hae="0" ce="5" le="5"/><detail><contact callsign="T{n}"/></detail></event>'
    )
    names = FeedNames("town", "town", "T")
    feed = made_feed("listen", format=CotFormat.from_table(names, {}), format_name="cot")
    center = FeedCenter(store, settings, feed)
    at = {"at": iso(center.now), "stale": iso(center.now + timedelta(minutes=5))}
    stream = b"".join(event.format(n=n, type="a-f-G-U-C", **at).encode() for n in range(10, 40))
    stream += event.format(n=99, type="b-t-f", **at).encode()
    kept = Kept()

    def take(payloads):
        center.intake.take([each._replace(received_at=center.now) for each in payloads])
        kept.take(payloads)

    async def scene():
        async with Hearing(SimpleNamespace(take=take), feed.format, kind="tcp-server") as hearing:
            _, writer = await asyncio.open_connection("127.0.0.1", await hearing.port)
            for start in range(0, len(stream), 333):
                writer.write(stream[start : start + 333])
                await writer.drain()
            writer.close()
            await until(lambda: sum(map(len, kept.bodies)) == len(stream))

    asyncio.run(scene())
    units = stored_picture(store)["unit"]
    assert {unit["callsign"] for unit in units.values()} == {f"T{n}" for n in range(10, 40)}
    assert "refused" not in center.ledger.read()
    assert center.letters() == []


def test_a_store_that_is_away_holds_the_sender_up_and_loses_nothing():
    """What was heard waits, and more is not read than there is room for."""

    async def scene():
        kept = Kept()
        kept.away = 3
        async with Hearing(kept, kind="tcp-server") as hearing:
            hearing.batches._most = 50
            _, writer = await asyncio.open_connection("127.0.0.1", await hearing.port)
            writer.write(b"\n".join(LINES) + b"\n")
            await until(lambda: kept.calls > 1)
            assert len(hearing.batches._waiting) <= 51
            await until(lambda: len(kept.lines) == len(LINES))
            writer.close()
        assert kept.lines == LINES

    asyncio.run(scene())


def test_what_never_ends_is_told_and_its_connection_closed():
    """A megabyte without an end is no message."""

    async def scene():
        kept = Kept()
        async with Hearing(kept, kind="tcp-server") as hearing:
            reader, writer = await asyncio.open_connection("127.0.0.1", await hearing.port)
            with contextlib.suppress(ConnectionError):
                writer.write(b"x" * (LONGEST + 100_000))
                await writer.drain()
            await until(lambda: kept.bodies)
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
        assert len(kept.bodies[0]) > LONGEST

    asyncio.run(scene())


def test_there_are_at_most_so_many_clients_and_a_silent_one_goes():
    """One more is sent away; who says nothing for too long makes room."""

    async def scene():
        kept = Kept()
        async with Hearing(kept, kind="tcp-server", most_clients=1, silence_s=1) as hearing:
            port = await hearing.port
            first, first_writer = await asyncio.open_connection("127.0.0.1", port)
            await until(lambda: hearing.listener._clients)
            second, second_writer = await asyncio.open_connection("127.0.0.1", port)
            assert await second.read() == b""
            assert await first.read() == b""
            first_writer.close()
            second_writer.close()
            await until(lambda: not hearing.listener._clients)

    asyncio.run(scene())


def test_a_client_connects_again_and_says_why_nothing_was_heard(monkeypatch):
    """After the server closed, and while there is none."""
    monkeypatch.setattr("rtcc.feeds.transports.listen.pause_s", lambda *_: 0.01)

    async def scene():
        kept = Kept()
        said = iter([b"1\n2\n", b"3\n"])

        async def tell(_, writer):
            writer.write(next(said, b""))
            writer.close()

        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        async with Hearing(kept, kind="tcp-client", port=port) as hearing:
            await until(lambda: hearing.failures)
            assert "could not be reached (ConnectionRefusedError)" in hearing.failures[0]
            server = await asyncio.start_server(tell, "127.0.0.1", port)
            await until(lambda: kept.lines == [b"1", b"2", b"3"])
            assert "The server closed the connection." in hearing.failures
            server.close()

    asyncio.run(scene())


def test_datagrams_are_messages_of_their_own():
    """None is joined to another."""

    async def scene():
        kept = Kept()
        async with Hearing(kept, Framed(), kind="udp") as hearing:
            port = await hearing.port
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            for number in range(50):
                sender.sendto(b"datagram %d" % number, ("127.0.0.1", port))
            sender.close()
            await until(lambda: len(kept.bodies) == 50)
        assert kept.bodies == [b"datagram %d" % number for number in range(50)]

    asyncio.run(scene())


def test_a_multicast_group_is_joined():
    """What is sent to the group is heard."""

    async def scene():
        kept = Kept()
        async with Hearing(kept, kind="udp", group="239.77.7.7", interface="127.0.0.1") as hearing:
            port = await hearing.port
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            sender.sendto(b"to the group", ("239.77.7.7", port))
            sender.close()
            await until(lambda: kept.bodies == [b"to the group"])

    try:
        asyncio.run(scene())
    except OSError as error:
        pytest.skip(f"this machine has no multicast: {error.strerror}")


def test_what_comes_faster_than_it_can_be_kept_is_lost_and_counted():
    """A sender of datagrams cannot be held up; the number is not hidden."""

    async def scene():
        kept, lost = Kept(), []
        kept.away = 1
        batches = Batches("town", kept.take, lost.append, linger_s=0.01, most=10)
        taken = [batches.offer(Message("", b"%d" % number, None)) for number in range(25)]
        assert taken.count(True) == 10
        task = asyncio.create_task(batches.run())
        await until(lambda: len(kept.bodies) == 10 and lost)
        assert lost == [15]
        assert batches.offer(Message("", b"again", None))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await batches.flush()
        assert kept.bodies[-1] == b"again"

    asyncio.run(scene())


def test_empty_lines_are_no_messages():
    """What keeps a connection alive says nothing."""
    assert split_lines(b"\n\na\r\n \nb") == ([b"a\r"], b"b")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"kind": "tcp"}, "kind is text; it must be one of tcp-server, tcp-client, udp"),
        ({"kind": "tcp-client"}, "host is missing"),
        ({"kind": "udp", "tls": {"certificate": "x"}}, "tls cannot go with udp"),
        ({"kind": "udp", "group": "10.0.0.1"}, "group must be a multicast group"),
        ({"kind": "tcp-server", "tls": {}}, "tls.certificate is missing"),
    ],
)
def test_what_is_wrong_in_the_table_is_told(table, sentence):
    """In one sentence that names the key."""
    with pytest.raises(FeedTableError) as told:
        ListenTable.from_table("x", {"port": 1} | table)
    assert str(told.value).startswith(f"feeds.x.listen.{sentence}")
