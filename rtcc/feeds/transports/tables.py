"""Checks the transport's table of a feed without starting anything, so that a mistake is told before it is missed."""

from __future__ import annotations

from rtcc.feeds.declared import Feed
from rtcc.feeds.transports.file_tail import FileTable
from rtcc.feeds.transports.http_poll import table_of
from rtcc.feeds.transports.listen_table import ListenTable, MqttTable
from rtcc.feeds.transports.push import PushTable


def check_transport(feed: Feed) -> None:
    """Return where the feed can be heard as it is declared, its secrets included. Raises FeedTableError."""
    if feed.transport_name == "poll":
        table_of(feed)
    else:
        tables = {"push": PushTable, "listen": ListenTable, "mqtt": MqttTable, "file": FileTable}
        tables[feed.transport_name].from_table(feed.name, feed.transport)  # type: ignore[attr-defined]
