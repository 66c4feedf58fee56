"""A feed over MQTT, from a real broker: what it holds for us is let go only when it is kept here."""

from __future__ import annotations

import asyncio
import subprocess

import aiomqtt
import pytest

from rtcc.feeds.payload import FeedTableError
from rtcc.feeds.transports.batches import Batches
from rtcc.feeds.transports.listen_table import MqttTable
from rtcc.feeds.transports.mqtt import MqttListener
from tests.feed_parts import made_feed
from tests.feed_sockets import Kept, make_certificates, until
from tests.mosquitto import broker, program

VERSIONS = ["3.1.1", "5"]


class Hearing:
    """A listener and its batches, running."""

    def __init__(self, kept, port, **table):
        feed = made_feed("mqtt", {"host": "127.0.0.1", "port": port, "topics": ["cad/#"]} | table)
        self.failures = []
        self.subscribed = 0
        self.batches = Batches("town", kept.take, linger_s=0.02)
        self.listener = MqttListener(feed, self.batches, self.failures.append, self._count)

    def _count(self):
        self.subscribed += 1

    async def __aenter__(self):
        self.tasks = [asyncio.create_task(self.listener.run()), asyncio.create_task(self.batches.run())]
        await until(lambda: self.subscribed)
        return self

    async def __aexit__(self, *_):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def publish(port, bodies, qos=1, **how):
    """Publish messages, and wait until the broker has them."""
    async with aiomqtt.Client("127.0.0.1", port, **how) as client:
        for body in bodies:
            await client.publish("cad/incidents", body, qos=qos)


def bodies(first, last):
    """Return numbered messages."""
    return [b"message %d" % number for number in range(first, last)]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Connect again at once."""
    monkeypatch.setattr("rtcc.feeds.transports.mqtt.pause_s", lambda *_: 0.02)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_published_is_kept_in_order(tmp_path, version):
    """Each message is a payload of its own, more than may be on the way at once among them."""

    async def scene(port):
        kept = Kept()
        async with Hearing(kept, port, version=version):
            await publish(port, bodies(0, 700))
            await until(lambda: len(kept.bodies) >= 700)
        assert kept.bodies == bodies(0, 700)

    with broker(tmp_path) as it:
        asyncio.run(scene(it.port))


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_acknowledged_before_it_is_kept(tmp_path, version):
    """Who dies with messages that are not kept yet gets them again, and no other."""

    async def scene(port):
        kept = Kept()
        async with Hearing(kept, port, version=version):
            await publish(port, bodies(0, 5))
            await until(lambda: len(kept.bodies) == 5)
        kept.away = 10**6
        async with Hearing(kept, port, version=version):
            await publish(port, bodies(5, 15))
            await until(lambda: kept.calls > 2)
        assert len(kept.bodies) == 5
        kept.away = 0
        async with Hearing(kept, port, version=version):
            await until(lambda: set(kept.bodies) >= set(bodies(0, 15)))
        # What was acknowledged was let go: the first five came once.
        assert sorted(kept.bodies) == sorted(bodies(0, 15))

    with broker(tmp_path) as it:
        asyncio.run(scene(it.port))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_broker_keeps_what_comes_while_we_are_away(tmp_path, version):
    """The session lasts."""

    async def scene(port):
        kept = Kept()
        async with Hearing(kept, port, version=version):
            pass
        await publish(port, bodies(0, 20))
        async with Hearing(kept, port, version=version):
            await until(lambda: len(kept.bodies) >= 20)
        assert kept.bodies == bodies(0, 20)

    with broker(tmp_path) as it:
        asyncio.run(scene(it.port))


def test_a_broker_that_restarts_is_found_again(tmp_path):
    """And the ledger is told why nothing was heard."""

    async def scene(it):
        kept = Kept()
        async with Hearing(kept, it.port) as hearing:
            await publish(it.port, bodies(0, 3))
            await until(lambda: len(kept.bodies) == 3)
            await asyncio.to_thread(it.stop)
            await until(lambda: hearing.failures)
            await asyncio.to_thread(it.start)
            await until(lambda: hearing.subscribed > 1)
            await publish(it.port, bodies(3, 6))
            await until(lambda: set(kept.bodies) == set(bodies(0, 6)))
            assert "The broker could not be reached" in hearing.failures[0]

    with broker(tmp_path) as it:
        asyncio.run(scene(it))


def test_a_name_and_a_password_and_tls(tmp_path, monkeypatch):
    """The password comes from the environment, and the broker's certificate is verified."""
    monkeypatch.setenv("TOWN_PASSWORD", "open sesame")
    certificates = tmp_path / "tls"
    certificates.mkdir()
    make_certificates(certificates)
    passwords = tmp_path / "passwords"
    tool = program().replace("mosquitto", "mosquitto_passwd").replace("/sbin/", "/bin/")
    made = subprocess.run([tool, "-b", "-c", passwords, "rtcc", "open sesame"], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("mosquitto_passwd does not run here")
    lines = [
        f"password_file {passwords}",
        f"certfile {certificates}/server.pem",
        f"keyfile {certificates}/server.key",
        f"cafile {certificates}/ca.pem",
    ]
    told = {"username": "rtcc", "password": {"env": "TOWN_PASSWORD"}, "tls": {"ca": f"{certificates}/ca.pem"}}

    async def scene(port):
        kept = Kept()
        table = MqttTable.from_table("town", {"host": "127.0.0.1", "topics": ["x"], **told})
        how = {"username": "rtcc", "password": "open sesame", "tls_context": table.tls.for_client()}
        async with Hearing(kept, port, **told):
            await publish(port, bodies(0, 2), **how)
            await until(lambda: kept.bodies == bodies(0, 2))
        monkeypatch.setenv("TOWN_PASSWORD", "wrong")
        hearing = Hearing(kept, port, **told)
        task = asyncio.create_task(hearing.listener.run())
        await until(lambda: hearing.failures)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not hearing.subscribed
        assert "sesame" not in repr(table)

    with broker(tmp_path, *lines) as it:
        asyncio.run(scene(it.port))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"topics": ["a"]}, "host is missing"),
        ({"host": "h"}, "topics is missing"),
        ({"host": "h", "topics": []}, "topics is a list; it must be a list of 1 to 50 topics"),
        ({"host": "h", "topics": ["a"], "qos": 2}, "qos is a whole number; it must be a whole number from 0 to 1"),
        ({"host": "h", "topics": ["a"], "password": "abc"}, 'password is text; it must be a table { env = "NAME" }'),
    ],
)
def test_what_is_wrong_in_the_table_is_told(table, sentence):
    """In one sentence that names the key."""
    with pytest.raises(FeedTableError) as told:
        MqttTable.from_table("x", table)
    assert str(told.value).startswith(f"feeds.x.mqtt.{sentence}")
