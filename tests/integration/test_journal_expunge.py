"""Expungement and legal hold, against a real Valkey: what goes, what stays, and when it is refused."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtcc.journal import expunge as module
from rtcc.journal.chain import entry_path, read_entry
from rtcc.journal.expunge import Expunged, expunge
from rtcc.journal.holds import Entity, KeepingRefusedError, agencies_of, hold, release
from rtcc.journal.manifest import DamagedError, Manifest
from rtcc.journal.place import Folder, PlaceError
from rtcc.journal.raw import GatheredRaw
from rtcc.journal.segments import CHANGES
from rtcc.journal.signing import load_signer
from rtcc.journal.verify import verify
from rtcc.journal.writer import JournalWriter
from rtcc.picture.received import Received, pack
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import Store
from tests.factories import make_event
from tests.journal_of import HOUR_MS, TWO, change, merge_all, new_writer, rows, write, write_picture
from tests.journaling import unnamed_files

IT = Entity("incident", "SFPD", "I-1")
SECRET = b"Her own name"
FIELDS = {"narrative": "A name.", "priority": 1, "address": None, "onview": "odd"}
ITS = FIELDS | {"narrative": SECRET.decode(), "caller_name": SECRET.decode()}
BODIES = [
    b'{"id": "I-1", "narrative": "Her own name"}',
    b'{"id": "I-10"}',
    b'{"text": "see:\\nI-1"}',
    b'[{"id": "I-2"}]',
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the journal."""
    return tmp_path / "journal"


@pytest.fixture
def writer(root: Path, tmp_path: Path) -> JournalWriter:
    """Return the writer of a journal in which I-1 stands in changes, pictures and received bytes beside others."""
    made = new_writer(root, tmp_path)
    for i in range(6):
        others = [change(TWO + i, f"I-{n}", "incident", FIELDS, seq=n) for n in (2, 10, 100)]
        its = change(TWO + i, "I-1", "incident", ITS, seq=200)
        theirs = change(TWO + i, "I-1", "incident", FIELDS, seq=201, agency="OPD")
        write(made, *others, its, theirs, change(TWO + i, "I-1", "call", {"transcript": "A name."}, seq=202))
    write_picture(made, TWO + 10, change(TWO, "I-1", "incident", ITS), change(TWO, "I-2", "incident", FIELDS))
    for i, body in enumerate([*BODIES, BODIES[0]]):
        raw = GatheredRaw()
        raw.take([(f"{TWO + i}-0".encode(), {b"b": pack([Received(datetime.now(UTC), "cad", "text/x", body)])})])
        made.write_raw(raw.table(), raw.first, raw.last)
    write(made, change(TWO + 20, "I-1", "incident", None))
    return made


def is_its(row: dict) -> bool:
    """Say whether a row is one of the expunged incident."""
    return (row["_kind"], row["_agency"], row["_id"]) == ("incident", "SFPD", "I-1")


def files_of(root: Path) -> dict[str, bytes]:
    """Return every file of a journal."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_its_fields_leave_and_every_other_row_stays(writer: JournalWriter, root: Path, store: Store) -> None:
    """Of its own rows who, when and which id are left; of all others everything."""
    before = rows(root)
    assert [file for file, content in files_of(root).items() if SECRET in content]
    taken = expunge(writer, store, IT, "Superior Court 22-1234")
    after = rows(root)
    assert taken == Expunged(rows=7, bodies=3, segments=6 + 1 + 3)
    assert [row for row in after if row["role"] != "raw" and not is_its(row)] == [
        row for row in before if row["role"] != "raw" and not is_its(row)
    ]
    envelope = {"_ms", "_seq", "_n", "_kind", "_agency", "_id", "_source", "_occurred_at", "_received_at", "role"}
    for old, new in zip(filter(is_its, before), filter(is_its, after), strict=True):
        expected = {name: value for name, value in old.items() if name in envelope}
        assert new == expected | ({"_says": "!"} if "_says" in old else {})
    assert not [file for file, content in files_of(root).items() if SECRET in content]


def test_of_received_bytes_those_go_that_spell_its_id(writer: JournalWriter, root: Path, store: Store) -> None:
    """Whole, with a word that they were expunged; not those of an id that only begins alike."""
    expunge(writer, store, IT, "22-1234")
    assert [(row.get("body"), row["expunged"]) for row in rows(root, "raw")] == [
        (None, True), (BODIES[1], False), (None, True), (BODIES[3], False), (None, True),
    ]  # fmt: skip


def test_a_signed_entry_says_that_it_happened(writer: JournalWriter, root: Path, tmp_path: Path, store: Store) -> None:
    """With the court's order; the chain is whole, and none of the old files is left."""
    expunge(writer, store, IT, "Superior Court 22-1234")
    entry = read_entry((root / entry_path(writer.state.number)).read_bytes(), writer.state.number)
    assert entry.says["what"] == "expunge"
    assert entry.says["note"] == {"entity": "incident:SFPD:I-1", "order": "Superior Court 22-1234", "segments": 10}
    assert verify(Folder(root), [load_signer(tmp_path).public]) == []
    assert set(files_of(root)) & set(entry.says["removed"]) == set()


def test_twice_is_refused_and_so_is_what_never_was(writer: JournalWriter, root: Path, store: Store) -> None:
    """A sentence, and not one file touched."""
    expunge(writer, store, IT, "22-1234")
    before = files_of(root)
    with pytest.raises(KeepingRefusedError, match=r"^The journal holds nothing of incident I-1 of SFPD"):
        expunge(writer, store, IT, "22-1234")
    with pytest.raises(KeepingRefusedError, match="nothing of incident I-9"):
        expunge(writer, store, Entity("incident", "SFPD", "I-9"), "22-1234")
    assert files_of(root) == before


def test_what_is_in_the_picture_or_on_its_way_is_refused(
    writer: JournalWriter, root: Path, store: Store, settings: Settings
) -> None:
    """Until it has left the picture, and the journal has its last word; another agency's of that id is not meant."""
    before = files_of(root)
    picture = PictureWriter(store, settings)
    picture.apply([make_event("incident", "I-1", data={"priority": 1})])
    with pytest.raises(KeepingRefusedError, match="is in the live picture"):
        expunge(writer, store, IT, "22-1234")
    picture.apply([make_event("incident", "I-1", data=None)])
    with pytest.raises(KeepingRefusedError, match="does not have the last word"):
        expunge(writer, store, IT, "22-1234")
    assert files_of(root) == before
    assert expunge(writer, store, IT._replace(agency="OPD"), "22-1234").rows == 6


def test_what_is_held_is_refused_until_it_is_released(writer: JournalWriter, root: Path, store: Store) -> None:
    """The hold names its reason."""
    hold(writer.manifest, writer.place, IT, "case 7")
    with pytest.raises(KeepingRefusedError, match="held already: case 7"):
        hold(writer.manifest, writer.place, IT, "case 8")
    with pytest.raises(KeepingRefusedError, match=r"is held \(case 7\)"):
        expunge(writer, store, IT, "22-1234")
    release(writer.manifest, IT)
    with pytest.raises(KeepingRefusedError, match="not held"):
        release(writer.manifest, IT)
    assert expunge(writer, store, IT, "22-1234").rows == 7


def test_only_what_was_there_can_be_held(writer: JournalWriter) -> None:
    """A typing mistake holds nothing."""
    with pytest.raises(KeepingRefusedError, match="knows no incident I-7 of SFPD"):
        hold(writer.manifest, writer.place, Entity("incident", "SFPD", "I-7"), "case 7")
    assert agencies_of(writer.place, writer.state, "incident", "I-1") == {"SFPD", "OPD"}


def test_a_damaged_segment_stops_it_and_nothing_is_changed(writer: JournalWriter, root: Path, store: Store) -> None:
    """Nobody may believe that it is gone while a file that cannot be read may hold it."""
    last = [segment for segment in writer.state.of(CHANGES) if segment.kind == "incident"][-1]
    (root / last.path).write_bytes(b"PAR1")
    before = files_of(root)
    with pytest.raises(DamagedError, match="has been changed"):
        expunge(writer, store, IT, "22-1234")
    assert files_of(root) == before


def test_a_full_disk_stops_it_and_nothing_is_changed(
    writer: JournalWriter, root: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written until then is removed."""
    before = files_of(root)
    put = Folder.put

    def full(self: Folder, path: str, data: bytes) -> None:
        if len(files_of(root)) > len(before) + 3:
            raise PlaceError("The journal cannot be written: No space left on device.")
        put(self, path, data)

    monkeypatch.setattr(Folder, "put", full)
    with pytest.raises(PlaceError):
        expunge(writer, store, IT, "22-1234")
    assert files_of(root) == before


def test_it_is_done_while_the_journal_is_written_and_merged(
    writer: JournalWriter, root: Path, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every time it is about to say so somebody was quicker; in the end it is gone from what they wrote, too."""
    second = new_writer(root, tmp_path)
    say, went_on = module._Expungement._say, iter(range(3))

    def after_others(self, order: str) -> bool:
        for i in went_on:
            write(
                second, change(TWO + 100 + i, "I-1", "incident", FIELDS), change(TWO + 100 + i, "I-3", "incident", {})
            )
            if i == 1:
                merge_all(second, TWO + 3 * HOUR_MS)
            break
        return say(self, order)

    monkeypatch.setattr(module._Expungement, "_say", after_others)
    taken = expunge(writer, store, IT, "22-1234")
    assert taken.rows == 7 + 3
    its = [row for row in rows(root, "changes", "picture") if is_its(row)]
    assert {row.get("_says") for row in its} == {"!", None}
    assert len(its) == 6 + 1 + 1 + 3
    merge_all(second, TWO + 3 * HOUR_MS)
    merge_all(second, TWO + 4 * HOUR_MS)
    assert unnamed_files(root) == []
    assert verify(Folder(root)) == []


def test_two_at_once_end_both(writer: JournalWriter, root: Path, tmp_path: Path, store: Store) -> None:
    """Two orders about two incidents: both are gone, nothing else is."""
    second = JournalWriter(Folder(root), load_signer(tmp_path))
    second.manifest.refresh()
    failed: list[Exception] = []

    def run(with_: JournalWriter, entity: Entity) -> None:
        try:
            expunge(with_, store, entity, "22-1234")
        except Exception as error:  # noqa: BLE001 - whichever it is, the test names it
            failed.append(error)

    threads = [
        threading.Thread(target=run, args=(writer, IT)),
        threading.Thread(target=run, args=(second, IT._replace(id="I-2"))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    said = {row["_id"] for row in rows(root, "changes", "picture") if row.get("_says") == "!"}
    assert said == {"I-1", "I-2"}
    assert verify(Folder(root)) == []
    assert Manifest(Folder(root)).refresh().segments


def test_a_killed_expungements_files_are_swept(writer: JournalWriter, root: Path, tmp_path: Path, store: Store) -> None:
    """Killed after its entry and before the old files were gone: the next that begins removes them, merged ones too."""
    merge_all(writer, TWO + 3 * HOUR_MS)
    merge_all(writer, TWO + 4 * HOUR_MS)
    old = files_of(root)
    expunge(writer, store, IT, "22-1234")
    for path in read_entry((root / entry_path(writer.state.number)).read_bytes(), writer.state.number).says["removed"]:
        (root / path).write_bytes(old[path])
    assert any(SECRET in content for content in files_of(root).values())
    new_writer(root, tmp_path)
    assert not any(SECRET in content for content in files_of(root).values())
    assert verify(Folder(root)) == []
