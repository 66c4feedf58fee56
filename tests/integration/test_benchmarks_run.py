"""The benchmarks stay able to run: a small one against a real installation, from its command to its result file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.drill
def test_the_ingest_benchmark_runs_and_loses_nothing(tmp_path):
    """`python -m benchmarks ingest --quick` starts RTCC, finds every event in its picture and keeps the result."""
    command = [sys.executable, "-m", "benchmarks", "ingest", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads((tmp_path / "ingest.json").read_text(encoding="utf-8"))
    lost = next(row for row in result["rows"] if row["measure"] == "lost")
    assert lost["measured"] == 0
    assert result["checked"]["checked"] == 4_000
    assert {"cores", "cpu", "python", "commit", "date"} <= result["machine"].keys()
