"""Every table in docs/feeds-transports.md is one that the program takes, so that the page promises nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from rtcc.feeds.declared import load_feeds
from rtcc.feeds.transports.file_tail import FileTable
from rtcc.feeds.transports.http_table import PollTable
from rtcc.feeds.transports.listen_table import ListenTable, MqttTable
from rtcc.feeds.transports.push import PushTable
from rtcc.feeds.transports.tables import check_transport

PAGE = Path(__file__).parents[2] / "docs" / "feeds-transports.md"
READERS = {"poll": PollTable, "push": PushTable, "listen": ListenTable, "mqtt": MqttTable, "file": FileTable}
TABLES = [
    (name, transport, table[transport])
    for block in re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for name, table in tomllib.loads(block)["feeds"].items()
    for transport in table.keys() & READERS.keys()
]


def test_there_is_one_of_each():
    """No transport is without an example."""
    assert {transport for _, transport, _ in TABLES} == set(READERS)


@pytest.mark.parametrize(("name", "transport", "table"), TABLES)
def test_a_documented_table_is_taken(name, transport, table, monkeypatch):
    """With its secrets in the environment."""
    for variable in ("SOCRATA_TOKEN", "VENDOR_SECRET", "CAD_BROKER_PASSWORD"):
        monkeypatch.setenv(variable, "s3cret-value")
    if transport == "listen":
        # All keys are shown at once, of which udp has one and TCP another.
        for drop in ("group", "tls"):
            kind = "tcp-server" if drop == "group" else "udp"
            rest = {key: value for key, value in table.items() if key != drop} | {"kind": kind}
            assert ListenTable.from_table(name, rest).port == table["port"]
        return
    assert "s3cret-value" not in repr(READERS[transport].from_table(name, table))


@pytest.mark.parametrize("file", sorted((PAGE.parents[1] / "examples" / "feeds").glob("*.toml")), ids=lambda f: f.stem)
def test_every_example_can_be_heard_as_it_is_declared(file, monkeypatch):
    """Its transport's table is one that the program takes, with its secrets in the environment."""
    for variable in re.findall(r'env = "(\w+)"', file.read_text(encoding="utf-8")):
        monkeypatch.setenv(variable, "s3cret-value")
    for feed in load_feeds(file):
        check_transport(feed)
