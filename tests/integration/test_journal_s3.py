"""The journal in a bucket of a real S3-compatible server, several installations in it, each with files of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from rtcc.journal.columns import decode
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Bucket, open_place
from rtcc.journal.segments import CHANGES, PICTURE, read_table
from rtcc.picture.changes import Change
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.factories import NOON, make_event
from tests.journaling import in_the_stream, is_journaled, keep_until
from tests.object_store import BUCKET, CREDENTIALS, object_store


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an object store."""
    with object_store() as address:
        yield address


@pytest.fixture
def kept(settings: Settings, server: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as an operator would have them: the bucket in ours, its keys where S3's own tools look for them."""
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": server}).items():
        monkeypatch.setenv(name, value)
    return settings.model_copy(update={"journal": f"s3://{BUCKET}/journals", "journal_segment_s": 0.05})


def say(store: Store, settings: Settings, prefix: str) -> None:
    """Let a few things happen."""
    writer = PictureWriter(store, settings)
    for i in range(10):
        at = NOON + timedelta(seconds=i)
        events = [
            make_event(
                "unit", f"{prefix}{i % 2}", occurred_at=at, received_at=at, data={"lat": 37.0 + i, "lon": -122.0}
            ),
            make_event("incident", f"I-{i}", occurred_at=at, received_at=at, data={"status": "pending"}),
        ]
        writer.apply(events)


def in_the_bucket(settings: Settings) -> list[Change]:
    """Return every change of one installation's journal."""
    place = open_place(settings.journal_place())
    assert isinstance(place, Bucket)
    found = [c for segment in Manifest(place).refresh().of(CHANGES) for c in decode(read_table(place, segment))]
    return sorted(found, key=lambda change: (change.position, change.place))


def test_a_bucket_holds_what_the_stream_said(store: Store, kept: Settings) -> None:
    """The same as in a folder: every change once, the picture, and nothing after a restart that was there before."""
    say(store, kept, "A")
    keep_until(kept, lambda: is_journaled(store) and bool(pictures(kept)))
    say(store, kept, "B")
    keep_until(kept, lambda: is_journaled(store))
    assert in_the_bucket(kept) == in_the_stream(store)
    assert store.hget(keys.JOURNAL, "trouble") == b""


def pictures(settings: Settings) -> list[object]:
    """Return the whole pictures that a journal holds."""
    return list(Manifest(open_place(settings.journal_place())).refresh().of(PICTURE))


def test_two_installations_share_a_bucket_and_no_file(store: Store, kept: Settings) -> None:
    """Each has its own part of it, named by its setting."""
    north, south = (kept.model_copy(update={"journal_name": name}) for name in ("north", "south"))
    say(store, north, "N")
    keep_until(north, lambda: is_journaled(store))
    first = in_the_bucket(north)
    store.flushall()
    say(store, south, "S")
    keep_until(south, lambda: is_journaled(store))
    assert in_the_bucket(north) == first
    assert in_the_bucket(south) == in_the_stream(store)
    assert {change.id[0] for change in first if change.kind == "unit"} == {"N"}
