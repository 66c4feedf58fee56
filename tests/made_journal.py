"""Journals made by hand: changes as the store would tell them, written as segments that are cut where a test says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rtcc.journal.columns import in_order
from rtcc.journal.place import Folder
from rtcc.journal.reader import Journal
from rtcc.journal.segments import CHANGES, Segment, read_table, together
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import Gathered, JournalWriter, Put
from rtcc.picture.changes import Change

#: 2026-11-22T02:00:00Z
TWO = 1_795_312_800_000
SECOND = 1_000
HOUR = 3_600_000


def told(
    ms: int,
    id_: str = "U1",
    fields: dict[str, Any] | None = None,
    kind: str = "unit",
    *,
    agency: str = "SFPD",
    source: str = "avl",
    place: int = 0,
    left: bool = False,
) -> Change:
    """Return a change that the store wrote at a millisecond."""
    at = "2026-11-22T02:00:00Z"
    said = None if left else {"status": "busy"} if fields is None else fields
    return Change(ms << 20, kind, id_, agency, source, said, at, at, None, place)


def writing(folder: Path) -> JournalWriter:
    """Return a writer of a journal in a folder, which has begun."""
    writer = JournalWriter(Folder(folder / "journal"), load_signer(folder / "data"))
    writer.begin()
    return writer


def write(writer: JournalWriter, *changes: Change) -> None:
    """Add changes in one entry."""
    gathered = Gathered()
    gathered.take(list(changes))
    writer.write(gathered)


def journal_of(folder: Path, parts: Iterable[Sequence[Change]]) -> Journal:
    """Return a journal of changes, each part written by an entry of its own."""
    writer = writing(folder)
    for part in parts:
        if part:
            write(writer, *part)
    return reading(folder)


def reading(folder: Path) -> Journal:
    """Return the journal in a folder, read up to now."""
    journal = Journal(Folder(folder / "journal"))
    journal.refresh()
    return journal


def merge_all(writer: JournalWriter) -> None:
    """Make one segment of all of a kind and agency, and take the old files away at once."""
    writer.manifest.refresh()
    place, state = Folder(Path(writer.place.address)), writer.state
    groups: dict[tuple[str, str], list[Segment]] = {}
    for segment in state.of(CHANGES):
        groups.setdefault((segment.kind, segment.agency), []).append(segment)

    def put(number: int) -> Put:
        added = []
        for segments in groups.values():
            table = in_order(together(read_table(place, segment) for segment in segments))
            first = min(segment.begins for segment in segments)
            last = max(segment.ends for segment in segments)
            added.append(writer.put(CHANGES, table, first, last, number, within="merged"))
        return added, [segment.path for segments in groups.values() for segment in segments]

    removed = [segment.path for segments in groups.values() for segment in segments]
    writer.commit("merge", put)
    for path in removed:
        place.remove(path)
