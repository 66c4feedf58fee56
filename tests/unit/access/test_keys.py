"""API keys: shown once, kept as hashes that only the owner can read, safe between processes, revoked at once."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rtcc.access.keys import SCOPES, KeyRefusedError, KeyRing
from tests.running import environment, rtcc

MAKE_TWENTY = """
import sys
from pathlib import Path
from rtcc.access.keys import KeyRing
ring = KeyRing(Path(sys.argv[1]))
for number in range(20):
    ring.create(f"{sys.argv[2]}-{number}", "ingest")
    if number % 2:
        assert ring.revoke(f"{sys.argv[2]}-{number}")
"""


def test_a_key_is_known_by_itself_alone(tmp_path: Path) -> None:
    """What was returned once is found with its name and scope; anything else is not."""
    ring = KeyRing(tmp_path)
    key = ring.create("cad", "ingest")
    found = ring.find(key)
    assert found is not None
    assert (found.name, found.scope) == ("cad", "ingest")
    for other in ("", key[:-1], key + "x", key.upper(), "cad", "\ud800"[:0]):
        assert ring.find(other) is None


def test_the_key_itself_is_not_kept_and_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    """The file holds hashes, and has mode 0600 after every change."""
    ring = KeyRing(tmp_path)
    key = ring.create("cad", "ingest")
    ring.create("map", "read:wall")
    ring.revoke("map")
    file = tmp_path / "keys.json"
    assert key not in file.read_text()
    assert key.removeprefix("rtcc_") not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_keys_differ_and_cannot_be_guessed(tmp_path: Path) -> None:
    """Each has 256 bits of its own."""
    ring = KeyRing(tmp_path)
    keys = {ring.create(f"k{number}", "ingest") for number in range(50)}
    assert len(keys) == 50
    assert all(len(key) >= 48 for key in keys)


@pytest.mark.parametrize(("name", "scope"), [("", "ingest"), ("a" * 65, "ingest"), ("a\n", "ingest"), ("a", "admin")])
def test_an_odd_name_or_scope_is_refused(tmp_path: Path, name: str, scope: str) -> None:
    """With a sentence, and nothing is kept."""
    with pytest.raises(KeyRefusedError, match=r"\.$"):
        KeyRing(tmp_path).create(name, scope)
    assert KeyRing(tmp_path).all() == []


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """A second key of the name is refused until the first is revoked."""
    ring = KeyRing(tmp_path)
    first = ring.create("cad", "ingest")
    with pytest.raises(KeyRefusedError, match="exists already"):
        ring.create("cad", "ingest")
    assert ring.revoke("cad")
    assert not ring.revoke("cad")
    second = ring.create("cad", "ingest")
    assert ring.find(first) is None
    assert ring.find(second) is not None


def test_another_rings_changes_count_at_once(tmp_path: Path) -> None:
    """A server that looked a moment ago knows of a key made or revoked by another process since."""
    server, operator = KeyRing(tmp_path), KeyRing(tmp_path)
    assert server.find("rtcc_none") is None
    for number in range(20):
        key = operator.create(f"k{number}", "ingest")
        assert server.find(key) is not None
        operator.revoke(f"k{number}")
        assert server.find(key) is None


def test_two_processes_lose_none_of_each_others_keys(tmp_path: Path) -> None:
    """Made and revoked at the same time by two, all that should be are there."""
    makers = [
        subprocess.Popen([sys.executable, "-c", MAKE_TWENTY, str(tmp_path), name], env=environment()) for name in "ab"
    ]
    assert [maker.wait(60) for maker in makers] == [0, 0]
    kept = {key.name for key in KeyRing(tmp_path).all()}
    assert kept == {f"{name}-{number}" for name in "ab" for number in range(0, 20, 2)}


def test_the_command_line_makes_lists_and_revokes(tmp_path: Path) -> None:
    """`create` prints the key alone; `list` never shows it; a second `revoke` says that there is none."""
    made = rtcc("keys", "create", "cad", "--scope", "ingest", "--data", str(tmp_path), cwd=tmp_path)
    key = made.stdout.strip()
    assert made.stdout == f"{key}\n"
    assert KeyRing(tmp_path).find(key)
    listed = rtcc("keys", "list", "--data", str(tmp_path), cwd=tmp_path).stdout
    assert "cad\tingest\t" in listed
    assert key not in listed
    assert rtcc("keys", "revoke", "cad", "--data", str(tmp_path), cwd=tmp_path).returncode == 0
    again = rtcc("keys", "revoke", "cad", "--data", str(tmp_path), cwd=tmp_path)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    odd = rtcc("keys", "create", "x", "--scope", "all", "--data", str(tmp_path), cwd=tmp_path)
    assert odd.returncode == 2
    assert all(scope in odd.stderr for scope in SCOPES)
    assert json.loads((tmp_path / "keys.json").read_text()) == {}
