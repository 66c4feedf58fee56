"""How far the journal is behind, against a real Valkey: what is counted, who waits for it, and what the doctor says."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
import typer.testing

from rtcc.cli import app
from rtcc.cli.sending import LateSender
from rtcc.journal.place import Folder, PlaceError
from rtcc.journal.segments import CHANGES
from rtcc.picture.changes import seconds_of
from rtcc.picture.inbox import open_inbox
from rtcc.picture.journaled import JournalHealth, read_health
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.tasks import StoreUnavailable
from tests.factories import NOON, make_event
from tests.journaling import in_the_stream, is_journaled, keep_until


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a journal of the test's own, written often."""
    return settings.model_copy(update={"journal": str(tmp_path), "journal_segment_s": 0.05})


def drive(store: Store, settings: Settings, number: int) -> None:
    """Move a unit so many times, one batch each."""
    writer = PictureWriter(store, settings)
    for i in range(number):
        at = NOON + timedelta(seconds=i)
        writer.apply([make_event("unit", "U1", occurred_at=at, received_at=at, data={"lat": 37 + i / 1000})])


class FullDisk(Folder):
    """A folder that takes no changes while it is full, and remembers what trouble was known when some were brought."""

    def __init__(self, root: Path, store: Store) -> None:
        super().__init__(root)
        self._store = store
        self.full = True
        self.trouble_at_put: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        if path.startswith(CHANGES):
            self.trouble_at_put.append((self._store.hget(keys.JOURNAL, "trouble") or b"").decode())
            if self.full:
                raise PlaceError("The journal cannot be written: No space left on device.")
        super().put(path, data)


def health(store: Store, settings: Settings) -> JournalHealth:
    """Return how the journal is, which there is."""
    found = read_health(store, settings)
    assert found is not None
    return found


def doctor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what `rtcc doctor` says of this journal."""
    monkeypatch.setenv("RTCC_JOURNAL", settings.journal)
    said = typer.testing.CliRunner().invoke(app, ["doctor", "--data", str(settings.data_dir)])
    assert said.exit_code == 0, said.output
    return "\n".join(line for line in said.stdout.splitlines() if line.startswith("journal"))


def test_of_an_empty_store_nothing_waits(store: Store, kept: Settings) -> None:
    """Nothing has happened, so nothing is late; that no process has spoken is known."""
    found = health(store, kept)
    assert (found.behind, found.raw_behind, found.full, found.due_at) == (0, 0, 0.0, None)
    assert found.is_silent(time.time())


def test_what_waits_is_counted_and_the_oldest_is_due_after_a_segment(store: Store, kept: Settings) -> None:
    """Before anything is written down everything waits, the first change for the longest."""
    drive(store, kept, 7)
    found = health(store, kept)
    assert found.behind == 7
    assert found.due_at == seconds_of(in_the_stream(store)[0].position) + kept.journal_segment_s


def test_what_is_written_down_waits_no_more(store: Store, kept: Settings) -> None:
    """Once confirmed it is not behind; what comes after waits, and only that."""
    drive(store, kept, 5)
    keep_until(kept, lambda: is_journaled(store))
    found = health(store, kept)
    assert (found.behind, found.due_at, found.trouble) == (0, None, "")
    assert found.confirmed_at == seconds_of(in_the_stream(store)[-1].position)
    assert not found.is_silent(time.time())
    at = NOON + timedelta(hours=1)
    PictureWriter(store, kept).apply([make_event("unit", "U2", occurred_at=at, received_at=at)])
    found = health(store, kept)
    assert found.behind == 1
    assert found.due_at == seconds_of(in_the_stream(store)[-1].position) + kept.journal_segment_s


def test_received_bytes_take_room_too(store: Store, kept: Settings) -> None:
    """A stream of bytes that nobody takes fills the store as changes do."""
    one = kept.model_copy(update={"journal_raw_limit_mb": 1})
    pipeline = store.pipeline()
    for _ in range(20):
        pipeline.xadd(keys.RAW, {"body": b"x" * 60_000}, maxlen=1_000, approximate=True)
    pipeline.execute()
    found = health(store, one)
    assert found.behind == 0
    assert 1_200_000 <= found.raw_behind < 2_000_000
    assert found.is_full
    assert found.full == found.raw_behind / 2**20


@pytest.mark.parametrize(("limit", "full"), [(10, False), (7, True), (6, True)])
def test_at_the_limit_the_room_is_full(store: Store, kept: Settings, limit: int, full: bool) -> None:
    """The limit is that of the setting."""
    drive(store, kept, 7)
    assert health(store, kept.model_copy(update={"journal_backlog_limit": limit})).is_full == full


def test_a_store_that_is_younger_than_the_journal_is_not_behind(store: Store, kept: Settings) -> None:
    """A count that began anew makes nothing negative."""
    store.hset(keys.JOURNAL, mapping={"confirmed": "5-0", "total": 1_000})
    drive(store, kept, 3)
    assert health(store, kept).behind == 0


def test_trouble_lasts_until_something_is_written(
    store: Store, kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that begins anew each second on a full disk has not mended it; when something is written it is over."""
    disk = FullDisk(tmp_path / "disk", store)
    monkeypatch.setattr("rtcc.journal.keeper.open_place", lambda _: disk)
    drive(store, kept, 3)
    keep_until(kept, lambda: len(disk.trouble_at_put) >= 3)
    assert disk.trouble_at_put[1:3] == ["The journal cannot be written: No space left on device."] * 2
    disk.full = False
    keep_until(kept, lambda: is_journaled(store))
    assert health(store, kept).trouble == ""


def test_where_no_journal_is_kept_there_is_nothing_to_say(store: Store, kept: Settings) -> None:
    """Nobody waits for what is not kept."""
    off = kept.model_copy(update={"journal": "off"})
    drive(store, off, 3)
    assert read_health(store, off) is None


def test_who_sends_through_the_inbox_waits_for_the_journal(store: Store, kept: Settings) -> None:
    """Replays and the simulator pass no gate: they are told to come back as others are."""
    small = kept.model_copy(update={"journal_backlog_limit": 5})
    drive(store, small, 5)
    with pytest.raises(StoreUnavailable, match="journal"):
        LateSender(small).send([make_event()])
    assert open_inbox(small).waiting() == 0
    keep_until(small, lambda: is_journaled(store))
    LateSender(small).send([make_event()])
    assert open_inbox(small).waiting() == 1


def test_the_doctor_sees_a_journal_that_is_kept(
    store: Store, kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is, that it can be written, up to when it reaches and that its process lives; and it leaves no trace."""
    drive(store, kept, 3)
    keep_until(kept, lambda: is_journaled(store))
    before = sorted(tmp_path.rglob("*"))
    said = doctor(kept, monkeypatch)
    assert f"{tmp_path}/center: can be reached and written" in said
    assert "has everything up to" in said
    assert "0 changes and 0.0 MiB" in said
    assert "last spoke" in said
    assert "SILENT" not in said
    assert sorted(tmp_path.rglob("*")) == before


def test_the_doctor_sees_one_that_is_not(store: Store, kept: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that never spoke, and how much waits for it."""
    drive(store, kept, 3)
    said = doctor(kept, monkeypatch)
    assert "nothing has been written there yet" in said
    assert "3 changes" in said
    assert "SILENT" in said


def test_the_doctor_tells_of_trouble(store: Store, kept: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence of the process, how late it is, and whether ingest waits for it."""
    drive(store, kept, 1)
    monkeypatch.setenv("RTCC_JOURNAL_BACKLOG_LIMIT", "1")
    trouble = "The journal cannot be written: No space left on device."
    store.hset(keys.JOURNAL, mapping={"trouble": trouble, "alive_at": time.time() - 90})
    said = doctor(kept, monkeypatch)
    assert f"TROUBLE: {trouble}" in said
    assert "FULL" in said
    assert "SILENT: its process last spoke 9" in said


def test_the_doctor_shows_no_password(store: Store, kept: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address may hold one; a screen that is shown around must not."""
    said = doctor(kept.model_copy(update={"journal": "nowhere://ann:hunter2@host/past"}), monkeypatch)
    assert "nowhere://host/past/center: TROUBLE" in said
    assert "hunter2" not in said
