"""A machine whose store is lost, from outside: the bytes behind what it shows, and the way back from the journal."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from rtcc.picture.deadletters import DeadLetters
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.connection import connect
from tests.journaling import is_journaled
from tests.running import Running, eventually, rtcc, running


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An RTCC whose journal is written at once."""
    with running(tmp_path_factory.mktemp("center"), RTCC_JOURNAL_SEGMENT_S="0.2") as instance:
        yield instance


def event(id_: str, **fields: object) -> dict[str, object]:
    """Return an incident as it is pushed."""
    said = {"kind": "incident", "id": id_, "agency": "SFPD", "source": "cad"}
    return said | {"occurred_at": datetime.now(UTC).isoformat(), "data": {"status": "pending"} | fields}


def push(center: Running, body: bytes, status: int = 202) -> None:
    """Push a body as it is."""
    with center.client("ingest", name="county cad") as source:
        assert source.post("/api/v1/events", content=body).status_code == status


def journal(center: Running, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `rtcc journal`."""
    return rtcc("journal", *command, "--data", str(center.data), cwd=center.data)


def bytes_behind(center: Running, folder: Path, *about: str) -> list[bytes]:
    """Return what `rtcc journal raw` writes into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shown = journal(center, "raw", *about, "--into", str(folder))
    assert shown.returncode == 0, shown.stderr
    assert len(shown.stdout.splitlines()) == len(list(folder.iterdir()))
    assert "county cad" in shown.stdout
    return sorted(file.read_bytes() for file in folder.iterdir())


def test_everything_leads_back_to_its_bytes(center: Running, tmp_path: Path) -> None:
    """What was taken and what was refused, byte for byte as it came, from the store or from the journal."""
    first = orjson.dumps([event("R-1"), event("R-2", priority=9)], option=orjson.OPT_INDENT_2)
    second = b"  " + orjson.dumps(event("R-1", priority=2)) + b"\n"
    push(center, first)
    push(center, second)
    push(center, b'{"nothing": "of this', status=422)
    store = connect(Settings(data_dir=center.data))
    letters = {letter.reason[:9]: letter.id for letter in DeadLetters(store).newest(2)}
    eventually(lambda: center.picture().get("incident", {}).get("R-1", {}).get("priority") == 2)
    eventually(lambda: is_journaled(store))
    assert bytes_behind(center, tmp_path / "raw", "incident", "R-1") == sorted([first, second])
    assert bytes_behind(center, tmp_path / "raw", "--dead-letter", letters["data.prio"]) == [first]
    assert bytes_behind(center, tmp_path / "raw", "--dead-letter", letters["The body "]) == [b'{"nothing": "of this']
    assert (next((tmp_path / "raw").iterdir()).stat().st_mode & 0o777) == 0o600
    eventually(lambda: not store.xlen(keys.RAW), why="the journal has the bytes")
    store.close()
    refused = journal(center, "raw", "incident", "nobody")
    assert (refused.returncode, "No bytes" in refused.stderr) == (2, True), refused.stderr


def test_a_lost_store_comes_back(center: Running) -> None:
    """Refused while RTCC runs, or the store holds a picture; then all is as before, and goes on from there."""
    push(center, orjson.dumps([event("S-1"), event("S-2", address="24th St")]))
    store = connect(Settings(data_dir=center.data))
    eventually(lambda: "S-2" in center.picture().get("incident", {}))
    eventually(lambda: is_journaled(store))
    store.close()
    before = center.picture()["incident"]
    refused = journal(center, "restore")
    assert (refused.returncode, "runs already" in refused.stderr) == (2, True), refused.stderr
    center.stop()
    refused = journal(center, "restore")
    assert (refused.returncode, "empty" in refused.stderr) == (2, True), refused.stderr
    shutil.rmtree(center.data / "store")
    restored = journal(center, "restore")
    assert restored.returncode == 0, restored.stderr
    assert restored.stdout.startswith("The picture is as it was at")
    center.start()
    assert center.picture()["incident"] == before
    push(center, orjson.dumps([event("S-3")]))
    eventually(lambda: "S-3" in center.picture()["incident"])
    verified = journal(center, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
