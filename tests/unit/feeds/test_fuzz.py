"""Whatever bytes come: each format makes events of them or says why not, and never fails."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtcc.feeds.payload import Told
from rtcc.model.event import iso, parse_event
from tests.unit.feeds.fuzzed import ALL, broken, seeds_of
from tests.unit.feeds.payloads import NOW, payload

SHARED = Path(__file__).parents[4] / "shared" / "data"


def hold(told: Told, body: bytes) -> None:
    """Hold what was told to the contract of a format."""
    for event in told.events:
        said = event._asdict() | {"occurred_at": iso(event.occurred_at), "received_at": iso(event.received_at)}
        # It is valid, and what the store keeps of it can be written.
        assert parse_event(orjson.loads(orjson.dumps(said)), event.received_at) == event
    for refused in [*told.refused, *told.remarks]:
        assert refused.reason
        assert refused.reason.isprintable()
        assert len(refused.reason) <= 4_000
        assert 0 <= refused.row <= max(told.rows, 1)
    if body.strip() and told.rows and not told.unchanged:
        assert told.events or told.refused
    if not told.rows:
        assert not told.events


def fuzz(name: str, examples: int) -> None:
    """Read so many broken payloads, each twice: the second time with the memory of the first."""
    fuzzed = ALL[name]
    reader = fuzzed.make()
    seeds = seeds_of(name, SHARED if SHARED.is_dir() else None)

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(body=broken(seeds), again=st.booleans())
    def read(body: bytes, again: bool) -> None:
        told = reader.read(payload(body, NOW), {})
        hold(told, body)
        if again:
            memory = {key: mark for key, mark in told.remember.items() if mark is not None}
            hold(reader.read(payload(body, NOW), memory), body)

    read()


@pytest.mark.parametrize("name", ALL)
def test_an_event_or_a_reason(name: str) -> None:
    """300 broken payloads of each format."""
    fuzz(name, 300)


@pytest.mark.drill
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ALL)
def test_an_event_or_a_reason_ten_thousand_times(name: str) -> None:
    """10,000 broken payloads of each format."""
    fuzz(name, 10_000)


@pytest.mark.parametrize("name", ALL)
def test_the_seeds_are_read(name: str) -> None:
    """The fuzzing begins with payloads that become events: otherwise it would look at nothing but refusals."""
    reader = ALL[name].make()
    assert any(reader.read(payload(seed, NOW), {}).events for seed in ALL[name].seeds)
