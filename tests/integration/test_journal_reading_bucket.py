"""A journal in an object store is read like one in a folder, also while its segments go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rtcc.journal.manifest import DamagedError
from rtcc.journal.place import Bucket
from rtcc.journal.reader import Journal
from rtcc.journal.segments import CHANGES
from rtcc.journal.signing import load_signer
from rtcc.journal.statistics import responses
from rtcc.journal.writer import JournalWriter
from tests.made_journal import TWO, told, write
from tests.object_store import BUCKET, filesystem, object_store


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an object store."""
    with object_store() as address:
        yield address


@pytest.fixture
def writer(server: str, tmp_path_factory: pytest.TempPathFactory) -> JournalWriter:
    """A writer of a journal of a test's own in it."""
    folder = tmp_path_factory.mktemp("data")
    made = JournalWriter(Bucket(filesystem(server), f"{BUCKET}/{folder.name}", "s3://journal"), load_signer(folder))
    made.begin()
    return made


def reading(writer: JournalWriter) -> Journal:
    """Return a reader of the same place."""
    journal = Journal(writer.place)
    journal.refresh()
    return journal


def test_every_question_is_answered(writer: JournalWriter) -> None:
    """Timeline, window, picture and statistics."""
    entered = {"entered_at": "2026-11-22T02:00:00Z", "on_scene_at": "2026-11-22T02:05:00Z"}
    changes = [told(TWO, "U1"), told(TWO + 1, "I-1", entered, "incident"), told(TWO + 2, "U2")]
    write(writer, *changes)
    journal = reading(writer)
    assert list(journal.changes(0, 2**62)) == changes
    assert list(journal.timeline("unit", "U1")) == changes[:1]
    assert sorted(entity.id for entity in journal.picture_at(journal.reaches_to)) == ["I-1", "U1", "U2"]
    assert [one.seconds[50.0] for one in responses(journal)] == [300.0]


def test_a_segment_that_is_gone_and_one_that_is_garbage_are_named(writer: JournalWriter) -> None:
    """As in a folder."""
    write(writer, told(TWO))
    journal = reading(writer)
    (segment,) = journal.state.of(CHANGES)
    writer.place.put(segment.path, b"PAR1" + bytes(99))
    with pytest.raises(DamagedError, match=segment.path):
        list(journal.changes(0, 2**62))
    writer.place.remove(segment.path)
    with pytest.raises(DamagedError, match=f"{segment.path} is missing"):
        list(journal.changes(0, 2**62))
