"""Hears an MQTT broker: a session that it keeps while we are away, and a word back only when a message is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from rtcc.feeds.declared import Feed
from rtcc.feeds.transports.batches import Batches, Message
from rtcc.feeds.transports.listen_table import MqttTable
from rtcc.feeds.transports.retry import pause_s

log = logging.getLogger(__name__)

#: Messages that a broker may have on the way to us without a word back.
_IN_FLIGHT = 500
#: So long a broker keeps our session, and what comes meanwhile.
_SESSION_S = 7 * 86_400
_SOUND_AFTER_S = 30.0


class MqttListener:
    """Hears one feed until it is cancelled."""

    def __init__(
        self,
        feed: Feed,
        batches: Batches,
        fail: Callable[[str], None] = lambda _: None,
        subscribed: Callable[[], None] = lambda: None,
    ) -> None:
        """``fail`` is told in a sentence why nothing is heard; ``subscribed`` that the broker has agreed."""
        self._feed = feed
        self._table = MqttTable.from_table(feed.name, feed.transport)
        self._batches = batches
        self._fail = fail
        self._subscribed = subscribed

    async def run(self) -> None:
        """Hear, and connect again whenever the broker is lost."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            try:
                await self._hear()
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                # Its own text may hold an address, and with it a name or a password.
                log.warning("The broker of %s is lost: %s.", self._feed.name, type(error).__name__)
            failures = 1 if loop.time() - began > _SOUND_AFTER_S else failures + 1
            await asyncio.to_thread(self._fail, "The broker could not be reached, or closed the connection.")
            await asyncio.sleep(min(pause_s(failures, 1.0), 30.0))

    async def _hear(self) -> None:
        table = self._table
        async with aiomqtt.Client(
            table.host,
            table.port,
            identifier=table.client_id,
            username=table.username,
            password=table.password,
            keepalive=table.keepalive_s,
            timeout=10,
            tls_context=None if table.tls is None else table.tls.for_client(),
            **_session(table.version),
        ) as client:
            _acknowledge_by_hand(client)
            answering: set[asyncio.Task[None]] = set()
            try:
                await client.subscribe([(topic, table.qos) for topic in table.topics])
                self._subscribed()
                async for message in client.messages:
                    told = Message("", _bytes(message.payload), None)
                    if message.qos == 0:
                        # Nobody waits for a word on it, so nobody can be held up either.
                        self._batches.offer(told)
                    else:
                        kept = self._batches.keep(told)
                        task = asyncio.create_task(_acknowledge(client, message, kept))
                        answering.add(task)
                        task.add_done_callback(answering.discard)
            finally:
                # Another connection knows other numbers: what was not answered on this one comes again on the next.
                for task in answering:
                    task.cancel()


def _session(version: str) -> dict[str, Any]:
    """Return what asks a broker to keep our session."""
    if version == "3.1.1":
        return {"protocol": aiomqtt.ProtocolVersion.V311, "clean_session": False}
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = _SESSION_S
    properties.ReceiveMaximum = _IN_FLIGHT
    return {"protocol": aiomqtt.ProtocolVersion.V5, "clean_start": False, "properties": properties}


def _acknowledge_by_hand(client: aiomqtt.Client) -> None:
    # aiomqtt has no word for it; paho, on which it stands, does. A test with a real broker pins both functions.
    client._client.manual_ack_set(True)  # noqa: SLF001


async def _acknowledge(client: aiomqtt.Client, message: aiomqtt.Message, kept: asyncio.Future[None]) -> None:
    await kept
    client._client.ack(message.mid, message.qos)  # noqa: SLF001


def _bytes(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else str(payload).encode()
