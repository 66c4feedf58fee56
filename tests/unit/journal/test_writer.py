"""Writing the journal: an entry names what is in it, one of two writers wins, and what fails leaves nothing behind."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from rtcc.journal.manifest import DamagedError, Manifest
from rtcc.journal.place import Folder, PlaceError
from rtcc.journal.segments import CHANGES
from rtcc.journal.signing import Signer, is_signed, load_signer
from rtcc.journal.writer import Gathered, JournalWriter, OvertakenError
from rtcc.picture.changes import Change
from tests.journaling import in_the_journal

HOUR_MS = 3_600_000
#: 2026-11-22T02:00:00Z
TWO = 1_795_312_800_000


def change(ms: int, id_: str = "U1", kind: str = "unit", agency: str = "SFPD", place: int = 0) -> Change:
    """Return a change that the store wrote at a millisecond."""
    at = "2026-11-22T02:00:00Z"
    return Change(ms << 20, kind, id_, agency, "avl", {"status": "busy"}, at, at, None, place)


def gathered(*changes: Change) -> Gathered:
    """Return changes on their way."""
    on_their_way = Gathered()
    on_their_way.take(list(changes))
    return on_their_way


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """Return an installation's signer."""
    return load_signer(tmp_path / "data")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty place."""
    return Folder(tmp_path / "journal")


@pytest.fixture
def writer(folder: Folder, signer: Signer) -> JournalWriter:
    """Return a writer that has begun."""
    made = JournalWriter(folder, signer)
    made.begin()
    return made


def files(folder: Folder) -> list[str]:
    """Return all segments' files."""
    return sorted(path for path, _ in folder.files(CHANGES))


def test_segments_part_agencies_kinds_and_hours(writer: JournalWriter) -> None:
    """One file for what shares all three, in a folder that says so."""
    writer.write(
        gathered(
            change(TWO),
            change(TWO + 1, "I-1", "incident"),
            change(TWO + 2, agency="OPD/9.1"),
            change(TWO + 3, "U2"),
            change(TWO + HOUR_MS),
        )
    )
    folders = {segment.path.rpartition("-0000")[0]: segment.rows for segment in writer.state.of(CHANGES)}
    assert folders == {
        "changes/SFPD/2026-11-22/02/unit": 2,
        "changes/SFPD/2026-11-22/02/incident": 1,
        "changes/OPD%2F9%2E1/2026-11-22/02/unit": 1,
        "changes/SFPD/2026-11-22/03/unit": 1,
    }


@pytest.mark.parametrize("agency", ["..", ".", "../../etc", "a/b", "%2E%2E", "Zürich ☃"])
def test_no_agencys_name_leads_out_of_its_folder(writer: JournalWriter, folder: Folder, agency: str) -> None:
    """Whatever an agency calls itself is one folder below ours."""
    writer.write(gathered(change(TWO, agency=agency)))
    (path,) = files(folder)
    assert path.count("/") == 4
    assert (folder.root / path).resolve().is_relative_to(folder.root.resolve() / "changes")
    assert [each.agency for each in in_the_journal(folder.root)] == [agency]


def test_who_goes_on_reads_what_was_written(writer: JournalWriter, folder: Folder, signer: Signer) -> None:
    """A second writer begins where the first ended."""
    writer.write(gathered(change(TWO), change(TWO + 5)))
    state = JournalWriter(folder, signer).begin()
    assert state.position == (TWO + 5) << 20
    assert state.segments == writer.state.segments


def test_every_entry_is_signed_and_names_the_one_before(writer: JournalWriter, folder: Folder, signer: Signer) -> None:
    """A chain, each link of it signed by this installation's key."""
    writer.write(gathered(change(TWO)))
    writer.write(gathered(change(TWO + 1)))
    head = ""
    for number in range(3):
        line, signature = folder.read(f"manifest/{number:012d}.json").split(b"\n")[:2]
        assert is_signed(signer.public, line, signature.decode())
        assert f'"previous":"{head}"'.encode() in line
        head = hashlib.sha256(line).hexdigest()
    assert writer.state.head == head


def test_of_two_writers_by_mistake_one_is_overtaken(writer: JournalWriter, folder: Folder, signer: Signer) -> None:
    """Both write the same changes; the second loses, leaves nothing, and goes on from what the first wrote."""
    second = JournalWriter(folder, signer)
    second.begin()
    writer.write(gathered(change(TWO), change(TWO + 1)))
    with pytest.raises(OvertakenError):
        second.write(gathered(change(TWO), change(TWO + 1), change(TWO + 2)))
    assert second.state.position == (TWO + 1) << 20
    assert files(folder) == sorted(writer.state.segments)
    second.write(gathered(change(TWO + 2)))
    assert [each.position >> 20 for each in in_the_journal(folder.root)] == [TWO, TWO + 1, TWO + 2]


def test_an_entry_of_another_kind_between_does_not_stop_a_writer(
    writer: JournalWriter, folder: Folder, signer: Signer
) -> None:
    """What somebody notes in the manifest meanwhile is read, and the changes are written after it."""
    other = Manifest(folder, signer)
    other.refresh()
    other.commit("hold", note={"entity": "incident:SFPD:I-1", "why": "case 12"})
    writer.write(gathered(change(TWO)))
    assert writer.state.number == 2
    assert writer.state.holds == {"incident:SFPD:I-1": "case 12"}
    assert files(folder) == sorted(writer.state.segments)
    assert "-000000000002-" in files(folder)[0]


class Failing(Folder):
    """A folder that fails at the nth write, as a full disk does."""

    def __init__(self, root: Path, puts: int) -> None:
        super().__init__(root)
        self.left = puts

    def put(self, path: str, data: bytes) -> None:
        """Write while there is room."""
        self.left -= 1
        if self.left < 0:
            raise PlaceError("The journal cannot be written: No space left on device.")
        super().put(path, data)


@pytest.mark.parametrize("room", [0, 1, 2])
def test_a_disk_that_fills_up_is_not_filled_further(folder: Folder, signer: Signer, room: int) -> None:
    """When one of an entry's segments cannot be written those before it go again, and the journal is as it was."""
    failing = Failing(folder.root, room)
    writer = JournalWriter(failing, signer)
    writer.begin()
    many = gathered(change(TWO), change(TWO, "I-1", "incident", place=1), change(TWO, "C-1", "call", place=2))
    with pytest.raises(PlaceError, match="No space left"):
        writer.write(many)
    assert files(folder) == []
    failing.left = 3
    writer.write(many)
    assert len(in_the_journal(folder.root)) == 3


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_writer_that_dies_at_any_step_leaves_no_damage(
    writer: JournalWriter, folder: Folder, signer: Signer, monkeypatch: pytest.MonkeyPatch, step: int, before: bool
) -> None:
    """Killed before or after any of its writes: the next one has all or nothing of it, and clears its waste away."""

    class Killed(BaseException):
        pass

    steps = [0]

    def dying(really: Any) -> Any:
        def write(path: str, data: bytes) -> None:
            steps[0] += 1
            if before and steps[0] == step:
                raise Killed
            really(path, data)
            if steps[0] == step:
                raise Killed

        return write

    with monkeypatch.context() as patch:
        patch.setattr(folder, "put", dying(folder.put))
        patch.setattr(folder, "put_new", dying(folder.put_new))
        # A process that is killed removes nothing any more.
        patch.setattr(folder, "remove", lambda _: None)
        with pytest.raises(Killed):
            writer.write(gathered(change(TWO), change(TWO, "I-1", "incident", place=1)))
    after = JournalWriter(folder, signer)
    state = after.begin()
    whole = step == 3 and not before
    assert (state.position != 0) == whole
    assert len(in_the_journal(folder.root)) == (2 if whole else 0)
    if not whole:
        after.write(gathered(change(TWO), change(TWO, "I-1", "incident", place=1)))
        after.sweep()
    assert len(in_the_journal(folder.root)) == 2
    assert files(folder) == sorted(after.state.segments)


def test_a_manifest_with_a_missing_entry_is_damaged(writer: JournalWriter, folder: Folder, signer: Signer) -> None:
    """Nobody writes on over a hole."""
    writer.write(gathered(change(TWO)))
    writer.write(gathered(change(TWO + 1)))
    folder.remove("manifest/000000000001.json")
    with pytest.raises(DamagedError, match="Entry 1 of the manifest is missing"):
        JournalWriter(folder, signer).begin()


def test_the_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    """The same key each time, readable to its owner alone."""
    first = load_signer(tmp_path / "data")
    assert load_signer(tmp_path / "data").public == first.public
    assert (tmp_path / "data" / "journal.key").stat().st_mode & 0o077 == 0
    assert not is_signed(first.public, b"other", first.sign(b"one"))
