"""What keeps the journal, in a real S3-compatible object store: merged, booked, verified, expunged as in a folder."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcc.journal.books import book_due
from rtcc.journal.chain import FOLDER
from rtcc.journal.expunge import expunge
from rtcc.journal.holds import Entity
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Bucket
from rtcc.journal.segments import CHANGES
from rtcc.journal.signing import load_signer
from rtcc.journal.verify import verify
from rtcc.journal.writer import JournalWriter
from rtcc.store.commands import Store
from tests.journal_of import HOUR_MS, TWO, change, merge_all, write
from tests.object_store import BUCKET, filesystem, object_store


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an object store."""
    with object_store() as address:
        yield address


@pytest.fixture
def place(server: str) -> Bucket:
    """An empty folder of a bucket."""
    root = f"{BUCKET}/{uuid.uuid4().hex}"
    return Bucket(filesystem(server), root, f"s3://{root}")


def test_a_journal_in_a_bucket_is_kept_like_one_in_a_folder(
    place: Bucket, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer segments, a book that opens it, an expungement; and a changed segment is named."""
    monkeypatch.setattr("rtcc.journal.books.ENTRIES", 6)
    writer = JournalWriter(place, load_signer(tmp_path))
    writer.begin()
    for i in range(7):
        write(writer, change(TWO + i, f"I-{i}", "incident", {"priority": 1}), change(TWO + i, seq=1))
    merge_all(writer, TWO + 2 * HOUR_MS)
    assert book_due(writer)
    assert len(list(place.files(FOLDER))) == 1
    merge_all(writer, TWO + 3 * HOUR_MS)
    assert len(list(place.files(CHANGES))) == len(writer.state.of(CHANGES)) == 2
    assert expunge(writer, store, Entity("incident", "SFPD", "I-3"), "22-1234").rows == 1
    assert Manifest(place).refresh() == writer.state
    assert verify(place, [load_signer(tmp_path).public]) == []
    segment = writer.state.of(CHANGES)[0]
    place.put(segment.path, place.read(segment.path)[:-1] + b"x")
    assert [finding.path for finding in verify(place)] == [segment.path]
