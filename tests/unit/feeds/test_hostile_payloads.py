"""Payloads made to do harm: bombs, entities, files from elsewhere; each is refused soon and in little memory."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from rtcc.feeds.formats.unzip import MOST_FILES, UnzipError, unzip
from tests.unit.feeds.fuzzed import ALL
from tests.unit.feeds.payloads import NOW, payload, reasons

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
BOMBS = {
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><{{root}}>&l29;</{{root}}>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><{{root}}>{"&a;" * 50_000}</{{root}}>',
    "external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><{root}>&e;</{root}>',
    "external document type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><{root}/>',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><{root}/>',
    "nested": "<{root}>" + "<a>" * 40_000,
    "nested and closed": "<{root}>" + "<a>" * 40_000 + "</a>" * 40_000 + "</{root}>",
    "attributes": "<{root} " + " ".join(f'a{n}="1"' for n in range(20_000)) + ">",
}
#: What a refusal may take; it takes a hundredth of it where nobody else works.
SOON_S = 5.0
LITTLE_BYTES = 200_000_000


def refused_soon(name: str, body: bytes) -> list[str]:
    """Read a payload, and return why it was refused; fail where that took long or much."""
    reader = ALL[name].make()
    tracemalloc.start()
    began = time.perf_counter()
    told = reader.read(payload(body, NOW), {})
    took = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told.events == []
    assert took < SOON_S
    assert peak < LITTLE_BYTES
    return reasons(told)


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize(("name", "root"), [("cap", "alert"), ("cot", "event")])
def test_xml_bombs_are_refused(name: str, root: str, bomb: str) -> None:
    """Nothing is expanded, fetched or read from the disk, and no content is in the reason."""
    said = refused_soon(name, BOMBS[bomb].replace("{root}", root).encode())
    assert said
    assert not any("root:" in reason or Path("/etc/hostname").read_text().strip() in reason for reason in said)


def test_a_bomb_inside_of_json_is_refused() -> None:
    """A location of an EIDO is XML of somebody else's."""
    bomb = BOMBS["billion laughs"].replace("{root}", "presence")
    body = json.dumps({"$id": "i", "locationComponent": [{"$id": "l", "locationByValue": bomb}]})
    reader = ALL["eido"].make()
    told = reader.read(payload(body), {})
    assert told.events == []
    assert "The location declares a document type or an entity; such XML is not read." in [
        r.reason for r in told.remarks
    ]


@pytest.fixture(scope="module")
def zip_bomb() -> bytes:
    """A quarter of a gigabyte of nothing in a megabyte."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(256)) + packer.flush()


@pytest.mark.parametrize("name", ALL)
def test_zip_bombs_are_refused(name: str, zip_bomb: bytes) -> None:
    """What grows beyond the limit is never expanded whole."""
    assert len(zip_bomb) < 2_000_000
    (reason,) = refused_soon(name, zip_bomb)
    assert reason == "The payload is gzip that expands to more than 67,108,864 bytes; it is not read."


@pytest.mark.parametrize("name", ["native", "eido", "rows"])
def test_deeply_nested_json_is_refused(name: str) -> None:
    """A hundred thousand lists in each other are no payload."""
    assert refused_soon(name, b"[" * 100_000 + b"]" * 100_000)


class TestUnzip:
    """The one place where gzip is expanded."""

    def test_what_is_no_gzip_stays_as_it_is(self) -> None:
        """Most payloads are none."""
        assert unzip(b"{}") == b"{}"

    def test_one_and_several_joined(self) -> None:
        """Files that were written one after the other are one."""
        assert unzip(gzip.compress(b"one ")) == b"one "
        assert unzip(gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (gzip.compress(b"x" * 1001), "expands to more than 1,000 bytes"),
            (gzip.compress(b"x" * 600) + gzip.compress(b"x" * 600), "expands to more than 1,000 bytes"),
            (gzip.compress(b"x" * 100)[:-9], "breaks off before its end"),
            (b"\x1f\x8bnothing", "none that can be expanded"),
            (gzip.compress(b"") * (MOST_FILES + 1), "more than 100 gzip files joined"),
        ],
    )
    def test_what_is_refused(self, body: bytes, says: str) -> None:
        """Too much, too many, or broken."""
        with pytest.raises(UnzipError, match=says):
            unzip(body, 1_000)

    def test_as_much_as_fits(self) -> None:
        """The limit itself is allowed."""
        assert unzip(gzip.compress(b"x" * 1_000), 1_000) == b"x" * 1_000
