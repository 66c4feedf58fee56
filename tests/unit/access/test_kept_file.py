"""Files with secrets: for their owner alone, whole or not at all, and never half of what two processes wrote."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtcc.access.kept_file import KeptFile, KeptFileError
from tests.running import environment, rtcc

ADD_TWENTY = """
import sys
from pathlib import Path
from rtcc.access.accounts import Accounts
accounts = Accounts(Path(sys.argv[1]))
for number in range(20):
    accounts.ensure(f"{sys.argv[2]} {number}", "officer")
    accounts.ensure("Both", sys.argv[3])
"""


@dataclass(frozen=True)
class Thing:
    size: int


def things(file: Path) -> KeptFile[Thing]:
    return KeptFile(file, lambda fields: Thing(**fields))


def test_what_is_kept_is_there_for_everybody_who_looks_again(tmp_path: Path) -> None:
    """A change counts at once for whoever has the same file open, and only its owner reads it."""
    ours, theirs = things(tmp_path / "a" / "things.json"), things(tmp_path / "a" / "things.json")
    assert theirs.current() == {}
    for size in range(20):
        with ours.changing() as kept:
            kept["one"] = Thing(size)
        assert theirs.current() == {"one": Thing(size)}
    assert stat.S_IMODE((tmp_path / "a" / "things.json").stat().st_mode) == 0o600


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    """What was there stays, on disk too, and the next one may change it."""
    kept_in = things(tmp_path / "things.json")
    with kept_in.changing() as kept:
        kept["one"] = Thing(1)

    def fail() -> None:
        with kept_in.changing() as kept:
            kept["one"] = Thing(2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert kept_in.current() == {"one": Thing(1)}
    with kept_in.changing() as kept:
        kept["one"] = Thing(3)
    assert kept_in.current() == {"one": Thing(3)}


def test_where_nothing_changed_nothing_is_written(tmp_path: Path) -> None:
    """Looking through it while nobody else may change it does not wait for the disk."""
    kept_in = things(tmp_path / "things.json")
    with kept_in.changing() as kept:
        kept["one"] = Thing(1)
    before = (tmp_path / "things.json").stat()
    with kept_in.changing() as kept:
        kept["one"] = Thing(1)
    after = (tmp_path / "things.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_a_dead_process_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    """A half-written copy, which anybody may read, is thrown away and not written over."""
    (tmp_path / "things.new").write_text("{")
    (tmp_path / "things.new").chmod(0o666)
    with things(tmp_path / "things.json").changing() as kept:
        kept["one"] = Thing(1)
    assert json.loads((tmp_path / "things.json").read_text()) == {"one": {"size": 1}}
    assert stat.S_IMODE((tmp_path / "things.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    """One sentence names the file and what mends it; when that is done it is read again."""
    file = tmp_path / "things.json"
    kept_in = things(file)
    with kept_in.changing() as kept:
        kept["one"] = Thing(1)
    assert kept_in.current()
    file.chmod(mode)
    for look in (kept_in.current, things(file).current, kept_in.changing().__enter__):
        with pytest.raises(KeptFileError, match=rf"^{file} can be read .* `chmod 600 {file}` mends that\.$"):
            look()
    file.chmod(0o600)
    assert kept_in.current() == {"one": Thing(1)}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"one": 1}', '{"one": {"weight": 1}}'])
def test_a_file_with_something_else_in_it_is_refused(tmp_path: Path, text: str) -> None:
    """Nobody is taken for somebody because of a file that was damaged."""
    file = tmp_path / "things.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(KeptFileError, match="does not hold what RTCC keeps there"):
        things(file).current()


def test_two_processes_lose_nothing_of_each_others(tmp_path: Path) -> None:
    """Forty accounts made by two at the same time are all there, and the one that both changed has both changes."""
    makers = [
        subprocess.Popen([sys.executable, "-c", ADD_TWENTY, str(tmp_path), name, role], env=environment())
        for name, role in (("a", "officer"), ("b", "admin"))
    ]
    assert [maker.wait(60) for maker in makers] == [0, 0]
    kept = json.loads((tmp_path / "accounts.json").read_text())
    assert len(kept) == 41
    assert set(kept["both"]["roles"]) == {"officer", "admin"}


def test_nothing_starts_over_a_file_that_others_can_read(tmp_path: Path) -> None:
    """`rtcc up` says so in one line, with exit code 2 and no traceback."""
    (tmp_path / "accounts.json").write_text("{}")
    (tmp_path / "accounts.json").chmod(0o644)
    said = rtcc("up", "--no-simulator", "--data", str(tmp_path), cwd=tmp_path)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1), said.stderr
    assert "can be read by others than its owner; `chmod 600 " in said.stderr
    assert not (tmp_path / "run").exists()
