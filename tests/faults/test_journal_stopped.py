"""The process that keeps the journal stands still: nothing is trimmed, ingest waits, an alarm rises; all mends."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtcc.access.keys import OPERATE
from rtcc.model.event import iso
from rtcc.picture.changes import Change
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.connection import connect
from tests.journaling import in_the_journal, in_the_stream
from tests.operating import seen
from tests.running import Running, eventually, running

ALARM = "journal_behind:center"
SOURCE = "journal-test"
LIMIT = 3_000
STREAM_LENGTH = 1_000
AT_ONCE = 100
#: An alarm within a second or two, so that the test need not wait for the minutes that a center has.
QUICK = {"journal_behind": {"after_s": 1, "clear_after_s": 1}}


class Source:
    """Says of unit after unit where it is, each once so that all are changes, and remembers what was accepted."""

    def __init__(self, rtcc: Running) -> None:
        self._rtcc = rtcc
        self._next = 0
        self._began = iso(datetime.now(UTC))
        self.accepted: list[str] = []

    def push(self, client: httpx.Client) -> httpx.Response:
        """Push the next ones; what is not accepted comes next again."""
        units = [f"JT{number:05}" for number in range(self._next, self._next + AT_ONCE)]
        answer = client.post("/api/v1/events", json=[self._event(unit) for unit in units])
        if answer.is_success:
            assert answer.json() == {"accepted": AT_ONCE, "rejected": []}
            self.accepted += units
            self._next += AT_ONCE
        return answer

    def _event(self, unit: str) -> dict[str, Any]:
        about = {"kind": "unit", "id": unit, "agency": "PPD", "source": SOURCE, "occurred_at": self._began}
        return about | {"data": {"callsign": unit, "lat": 37.0, "lon": -122.0}}


def told(changes: list[Change]) -> list[str]:
    """Return what of the source stands in some changes, sorted."""
    return sorted(change.id for change in changes if change.source == SOURCE)


def gauge(client: httpx.Client, name: str) -> float:
    """Return a gauge of the web process."""
    (line,) = (line for line in client.get("/metrics").text.splitlines() if line.startswith(f"{name} "))
    return float(line.split()[1])


@pytest.mark.timeout(180)
def test_a_journal_that_stands_still_loses_nothing(tmp_path: Path) -> None:
    """Nothing leaves the stream that is not in the journal, senders are told 429 at the limit, an alarm says so; when
    the process goes on it catches up by itself, all is let in again, the alarm clears and everything is there once.
    """
    over = {
        "RTCC_ALARMS": json.dumps(QUICK),
        "RTCC_STREAM_LENGTH": str(STREAM_LENGTH),
        "RTCC_JOURNAL_BACKLOG_LIMIT": str(LIMIT),
        "RTCC_JOURNAL_SEGMENT_S": "0.5",
    }
    with running(tmp_path / "data", **over) as rtcc, rtcc.client("ingest") as client:
        journal = Path(Settings(data_dir=rtcc.data).journal_place())
        store, source = connect(Settings(data_dir=rtcc.data)), Source(rtcc)
        for _ in range(2 * STREAM_LENGTH // AT_ONCE):
            assert source.push(client).status_code == 202
        eventually(lambda: told(in_the_journal(journal)) == source.accepted, every_s=0.2)
        stopped = rtcc.send_signal("journal", signal.SIGSTOP)

        # Nothing is let in beyond the limit, and what was is all there.
        refused = eventually(lambda: (answer := source.push(client)).status_code == 429 and answer, every_s=0.01)
        assert "journal" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) >= 1
        assert gauge(client, "rtcc_journal_full_ratio") >= 1
        assert gauge(client, "rtcc_journal_behind_changes") >= LIMIT
        eventually(lambda: store.zcard(keys.BATCHES) == 0)
        kept = {*told(in_the_journal(journal)), *told(in_the_stream(store))}
        assert kept == set(source.accepted)
        assert len(source.accepted) >= LIMIT + STREAM_LENGTH

        # Somebody is told, by a way that does not wait behind the reports, and can answer.
        eventually(lambda: seen(rtcc, "alarm", ALARM).get("title") == "Journal full: no new events")
        raised = seen(rtcc, "alarm", ALARM)
        assert (raised["state"], raised["severity"]) == ("active", "critical")
        with rtcc.client(OPERATE, name="Ann Roe") as ann:
            assert ann.post(f"/api/v1/alarms/{ALARM}/acknowledge", json={}).status_code == 202
        eventually(lambda: seen(rtcc, "alarm", ALARM)["state"] == "acknowledged")

        os.kill(stopped, signal.SIGCONT)
        eventually(lambda: source.push(client).status_code == 202, every_s=0.2, why="it has caught up")
        eventually(lambda: seen(rtcc, "alarm", ALARM)["state"] == "cleared", why="the alarm clears by itself")
        eventually(lambda: len(told(in_the_journal(journal))) >= len(source.accepted), every_s=0.2)
        assert told(in_the_journal(journal)) == source.accepted, "each once"
        assert rtcc.pids()["journal"] == stopped, "it was the same process"
        # What was kept for the journal alone goes again, a few at each batch.
        eventually(lambda: source.push(client) and len(in_the_stream(store)) < 2 * STREAM_LENGTH, every_s=0.2)
        store.close()
