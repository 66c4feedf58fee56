"""Many processes write one audit log, and any of them may be killed at any moment."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from rtcc.settings import Settings
from tests.auditing import found, lines, record, write

WRITER = """
import sys
from pathlib import Path
from rtcc.access.audit import AuditLog, AuditRecord
from rtcc.settings import Settings
name, folder, count = sys.argv[1:]
log = AuditLog(Settings(data_dir=Path(folder)))
for n in range(int(count)):
    print(log.append(AuditRecord(who=name, action="view", details={"n": str(n), "long": "x" * 400})), flush=True)
log.close()
"""


def started(name: str, folder: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, name, str(folder), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def test_writers_in_several_processes_make_one_chain(tmp_path):
    """Every record of every process is there once, in an unbroken chain."""
    writers = [started(f"w{n}", tmp_path, 60) for n in range(4)]
    numbers = [int(line) for writer in writers for line in writer.communicate(timeout=60)[0].split()]
    assert sorted(numbers) == list(range(1, 241))
    own = Settings(data_dir=tmp_path)
    assert (found(own).findings, found(own).records) == ([], 240)
    assert sorted((each["who"], int(each["details"]["n"])) for each in map(json.loads, lines(own))) == [
        (f"w{n}", each) for n in range(4) for each in range(60)
    ]


def test_a_killed_writer_breaks_nothing(tmp_path):
    """What was answered before `kill -9` is there, and the next writer goes on; at most a torn end is put aside."""
    own = Settings(data_dir=tmp_path)
    answered = 0
    for turn in range(3):
        writer = started(f"w{turn}", tmp_path, 100_000)
        assert writer.stdout is not None
        for _ in range(20):
            answered = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = writer.communicate(timeout=30)[0].split()
        answered = int(rest[-1]) if rest else answered
        write(own, [record()])
        verified = found(own)
        assert verified.findings == []
        assert verified.records > answered
