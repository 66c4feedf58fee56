"""The audit log as it is written: chained, bounded, on disk before it is answered, and honest after a crash."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.access.audit import LONGEST_TEXT, AuditLog, AuditUnavailable, bounded, folder_of, plain
from rtcc.access.audit_heads import HeadInStore
from rtcc.settings import Settings
from rtcc.store import keys
from tests.auditing import NOW, audit_log, files, found, lines, record, write


@pytest.fixture
def own(tmp_path):
    """Settings of an installation without a store."""
    return Settings(data_dir=tmp_path)


def test_records_are_numbered_and_chained(own):
    """Each record says what it was given, and the whole log is found whole."""
    with audit_log(own) as log:
        numbers = [log.append(record("command", subject=("incident", "i-1"), details={"n": str(n)})) for n in range(3)]
    assert numbers == [1, 2, 3]
    first = json.loads(lines(own)[0])
    assert (first["who"], first["action"], first["subject"]) == ("Ann Roe", "command", ["incident", "i-1"])
    assert first["outcome"] == "done"
    assert (found(own).findings, found(own).records) == ([], 3)


def test_only_its_owner_reads_it(own):
    """Folder 0700, files 0600, whatever the umask is."""
    mask = os.umask(0)
    try:
        write(own, [record()])
    finally:
        os.umask(mask)
    folder = folder_of(own.data_dir)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@given(st.text(max_size=700))
def test_no_text_can_become_a_second_line(text):
    """Whatever somebody sends stays within its record: printable, one line, bounded."""
    kept = bounded(record(text, purpose=text, details={text: text}, address=text, subject=(text, text)))
    assert all(value.isprintable() and len(value) <= LONGEST_TEXT for value in (kept["action"], kept["purpose"]))
    assert b"\n" not in json.dumps(kept).encode()


def test_long_texts_say_that_they_are_cut():
    """A text that does not fit ends in an ellipsis."""
    assert plain("x" * 501) == "x" * 499 + "…"
    assert plain("x" * 500) == "x" * 500


def test_many_at_once_share_their_flushes(own, monkeypatch):
    """Of records that wait together, one flush serves many; each has its own number."""
    flushed = []
    flush = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (flushed.append(1), flush(descriptor))[1])

    async def all_at_once():
        with audit_log(own) as log:
            return await asyncio.gather(*(log.keep(record()) for _ in range(200)))

    assert sorted(asyncio.run(all_at_once())) == list(range(1, 201))
    assert len(flushed) < 50
    assert found(own).findings == []


def test_whoever_goes_away_is_on_record_all_the_same(own):
    """A request that is cancelled while it waits has done what it did."""

    async def cancelled():
        with audit_log(own) as log:
            waiting = asyncio.create_task(log.keep(record("command")))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(cancelled())
    assert [json.loads(line)["action"] for line in lines(own)] == ["command"]


def test_a_full_disk_is_said_in_one_sentence(own, monkeypatch):
    """Where nothing can be written nothing is done, nothing half stays behind, and it goes on when there is room."""
    with audit_log(own) as log:
        log.append(record())
        size = files(own)[0].stat().st_size

        def full(descriptor, data):
            write_(descriptor, bytes(data)[:10])
            raise OSError(28, "No space left on device")

        write_ = os.write
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(AuditUnavailable, match=r"No space left on device.*\.$"):
            log.append(record())
        with pytest.raises(AuditUnavailable):
            asyncio.run(log.keep(record()))
        assert files(own)[0].stat().st_size == size
        monkeypatch.undo()
        assert log.append(record()) == 2
    assert found(own).findings == []


def test_a_torn_end_is_put_aside_and_said(own):
    """What a crash left half written stays to be looked at, and a record says so."""
    write(own, [record(), record()])
    with files(own)[0].open("ab") as file:
        file.write(b'{"number":3,"at":"2026')
    assert "is torn" in " ".join(found(own).findings)
    assert write(own, [record()]) == [4]
    assert json.loads(lines(own)[2])["action"] == "audit mended"
    aside = [file for file in folder_of(own.data_dir).iterdir() if ".torn-" in file.name]
    assert [file.read_bytes() for file in aside] == [b'{"number":3,"at":"2026']
    verified = found(own)
    assert verified.findings == []
    assert "torn" in verified.notes[0]


def test_the_chain_goes_on_over_months(own):
    """Each month has its file, and a clock that goes back begins no earlier one."""
    months = [NOW, NOW + timedelta(days=31), NOW, NOW + timedelta(days=62)]
    for now in months:
        write(own, [record()], now)
    assert [file.name for file in files(own)] == ["2026-11.jsonl", "2026-12.jsonl", "2027-01.jsonl"]
    assert (found(own).findings, found(own).records) == ([], 4)


def test_old_months_leave_by_the_clock(own):
    """Whole months older than is kept are removed; the log then begins where a record says that it does."""
    for days in range(0, 400, 31):
        write(own, [record()], NOW + timedelta(days=days))
    before = len(files(own))
    now = datetime(2028, 1, 15, tzinfo=UTC)
    log = AuditLog(own.model_copy(update={"audit_days": 365}), now=lambda: now)
    removed = log.shorten()
    assert removed == ["2026-11.jsonl", "2026-12.jsonl"]
    assert log.shorten() == []
    log.close()
    verified = found(own)
    assert verified.findings == []
    assert "2026-11.jsonl, 2026-12.jsonl removed" in verified.notes[0]
    assert len(files(own)) == before - 2 + 1
    files(own)[0].unlink()
    assert "does not begin with the first record" in found(own).findings[0]


def test_the_store_knows_the_end_too(settings, store, tmp_path):
    """Whoever cuts off the end and puts the head right beside it is found out by the store."""
    own = settings.model_copy(update={"data_dir": tmp_path, "redis_url": _url(settings)})
    write(own, [record() for _ in range(3)])
    head = folder_of(tmp_path) / "head"
    sound = files(own)[0].read_bytes(), head.read_bytes()
    write(own, [record() for _ in range(2)])
    assert store.get(keys.AUDIT_HEAD).startswith(b"5 ")
    files(own)[0].write_bytes(sound[0])
    head.write_bytes(sound[1])
    assert "the head in the store knows number 5, and the last here is 3" in found(own).findings[0]
    assert write(own, [record()]) == [6]
    assert "Number 4 to 5 is missing" in found(own).findings[0]


def test_without_a_store_it_is_written_all_the_same(tmp_path):
    """A store that is away holds nothing up."""
    own = Settings(data_dir=tmp_path, redis_url="redis://127.0.0.1:1/0")
    assert write(own, [record()]) == [1]
    assert HeadInStore(own).read() is None
    assert found(own).findings == []


def _url(settings):
    return (settings.data_dir / "store" / "address").read_text().strip()
