"""`rtcc devices`: an address alone on its line, a list, an end; each on the audit record, each refusal one sentence."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtcc.access.devices import Devices
from rtcc.cli import main
from tests.running import environment

Run = Callable[..., tuple[str, str, int]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `rtcc devices` as if it were typed; give what it printed, what it said beside it, and its exit code."""
    for name in [name for name in environment() if name.startswith("RTCC_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[str, str, int]:
        monkeypatch.setattr(sys, "argv", ["rtcc", "devices", *arguments, "--data", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return printed.out, printed.err, int(ended.value.code or 0)

    return run


def recorded(data: Path) -> list[tuple[str, str, list[str]]]:
    """Return action, by what, and subject of each audit record."""
    lines = [line for file in sorted((data / "audit").glob("*.jsonl")) for line in file.read_text().splitlines()]
    return [(one["action"], one["by"], one["subject"]) for one in map(json.loads, lines)]


def test_the_address_is_printed_alone_and_makes_a_browser_the_device(run: Run, tmp_path: Path) -> None:
    """Where browsers come by another name, the address has that; listed it is not."""
    out, err, code = run("register", "Wall east", "--kind", "wall", "--address", "https://center.example.org/")
    assert (err, code) == ("", 0)
    found = re.fullmatch(r"https://center\.example\.org/device/([A-Za-z0-9_-]{43})\n", out)
    assert found is not None
    assert run("list")[0] == "Wall east\twall\tnot claimed yet\tits first use\n"
    assert Devices(tmp_path).claim(found[1], "192.0.2.10", "Some browser") is not None
    assert re.fullmatch(r"Wall east\twall\tclaimed \S+\t192\.0\.2\.10\n", run("list")[0])
    assert recorded(tmp_path) == [("device registered", "cli", ["device", "Wall east"])]
    assert found[1] not in (tmp_path / "audit").joinpath(next((tmp_path / "audit").glob("*.jsonl"))).read_text()


def test_a_revoked_one_is_gone(run: Run, tmp_path: Path) -> None:
    """At once, and a second time there is none to revoke."""
    run("register", "Van 3", "--kind", "position", "--any-address")
    assert run("list")[0] == "Van 3\tposition\tnot claimed yet\tany address\n"
    assert run("revoke", "Van 3") == ("", "", 0)
    assert run("list")[0] == ""
    out, err, code = run("revoke", "Van 3")
    assert (out, err, code) == ("", "rtcc: There is no device named Van 3; `rtcc devices list` shows them.\n", 2)
    assert [action for action, _, _ in recorded(tmp_path)] == ["device registered", "device revoked"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("register", "Desk", "--kind", "desk"), "kind is no known kind of device; it must be one of wall, position."),
        (("register", "a\nb", "--kind", "wall"), "name is empty, too long or no plain text"),
    ],
)
def test_what_cannot_be_registered_is_said_in_one_sentence(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """And nothing is put on record that was not done."""
    out, err, code = run(*arguments)
    assert (out, code) == ("", 2)
    assert err.startswith("rtcc: ")
    assert said in err
    assert recorded(tmp_path) == []


def test_what_cannot_be_put_on_record_is_not_done(run: Run, tmp_path: Path) -> None:
    """Without its record there is no device."""
    (tmp_path / "audit").write_text("no folder")
    out, err, code = run("register", "Wall east", "--kind", "wall")
    assert (out, code) == ("", 2)
    assert "audit" in err
    assert Devices(tmp_path).all() == []
