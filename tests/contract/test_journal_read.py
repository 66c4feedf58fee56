"""`rtcc journal at`, `timeline`, `export`, `status`: what they show, and what they say where they cannot."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtcc.cli import main
from tests.made_journal import TWO, told, write, writing
from tests.running import ROOT, environment, rtcc, subprocess

#: 02:00 UTC is then in the evening of the day before.
_CITY = """
pack = 1
name = "Port Ellis"
timezone = "America/Los_Angeles"
center = [-122.4, 37.7]
zoom = 12
bounds = [-123, 37, -122, 38]
"""
#: What a command printed, and what it said beside it; and its exit code.
Said = tuple[str, str, int]
Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a command as if it were typed, on a small journal: an incident, a unit, and a gap."""
    writer = writing(tmp_path / "past")
    born = {"status": "pending", "type": "Shots fired", "lat": 37.5, "lon": -122.5, "district": "North"}
    write(
        writer,
        told(TWO, "I-1", born, "incident", source="cad"),
        told(TWO + 60_000, "I-1", {"status": "closed", "address": None}, "incident", source="cad"),
        told(TWO + 80_000, "3D12", {"status": "busy"}),
        told(TWO + 90_000, "I-1", {"priority": 2}, "incident", source="cad"),
    )
    writer.note_gap((TWO + 100_000) << 20)
    write(writer, told(TWO + 120_000, "3D13", {"status": "busy", "callsign": "=3D13"}))
    (tmp_path / "data" / "city").mkdir(parents=True)
    (tmp_path / "data" / "city" / "city.toml").write_text(_CITY)
    for name, value in environment(RTCC_JOURNAL=str(tmp_path / "past"), RTCC_JOURNAL_NAME="journal").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["rtcc", "journal", *arguments, "--data", str(tmp_path / "data")])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsysbinary.readouterr()
        code = ended.value.code
        return printed.out.decode(), printed.err.decode(), code if isinstance(code, int) else int(bool(code))

    return run


def test_the_picture_at_a_moment(run: Run) -> None:
    """Moments are the city's, and what is shown says so; a kind can be asked for alone."""
    out, err, code = run("at", "2026-11-21T18:00:30")
    assert (err, code) == ("", 0)
    head, line = out.splitlines()
    assert head == "The picture at 2026-11-21 18:00:30 America/Los_Angeles (2026-11-22T02:00:30Z): 1 incident"
    assert line == (
        'incident I-1 (SFPD), since 2026-11-21 18:00:00: type="Shots fired"  status=pending  lat=37.5  lon=-122.5  '
        "district=North"
    )
    assert run("at", "2026-11-22T02:01:25Z", "--kind", "unit")[0].endswith(
        ": 1 unit\nunit 3D12 (SFPD), since 2026-11-21 18:01:20: status=busy\n"
    )
    assert "nothing" in run("at", "2020-01-01")[0]


def test_the_picture_for_programs(run: Run) -> None:
    """The same form as the API's picture, with whether it is whole; what was cleared is absent."""
    out, err, _ = run("at", "2026-11-22T02:01:25Z", "--json")
    picture = json.loads(out)
    assert picture["at"] == "2026-11-22T02:01:25Z"
    assert picture["whole"] is True
    assert picture["entities"]["unit"] == {"3D12": {"status": "busy"}}
    assert picture["entities"]["incident"]["I-1"]["status"] == "closed"
    assert "address" not in picture["entities"]["incident"]["I-1"]
    assert err == ""


def test_a_gap_is_said(run: Run) -> None:
    """Beside the answer, so that it does not get into it."""
    out, err, code = run("at", "2026-11-22T02:01:35Z", "--json")
    assert "gap from 2026-11-21 18:01:30 to 2026-11-21 18:01:40" in err
    assert json.loads(out)["whole"] is False
    assert code == 0


def test_a_timeline(run: Run) -> None:
    """Change by change, with who said it and what was cleared; for programs a line of JSON each."""
    out, _, code = run("timeline", "incident", "I-1")
    assert code == 0
    assert out.splitlines() == [
        '2026-11-21 18:00:00  cad  type="Shots fired"  status=pending  lat=37.5  lon=-122.5  district=North',
        "2026-11-21 18:01:00  cad  status=closed  cleared: address",
        "2026-11-21 18:01:30  cad  priority=2",
    ]
    out, _, _ = run("timeline", "incident", "I-1", "--json", "--since", "2026-11-22T02:00:30Z")
    told_, _ = map(json.loads, out.splitlines())
    assert told_["changed_at"] == "2026-11-22T02:01:00.000Z"
    assert told_["fields"] == {"address": None, "status": "closed"}
    assert told_["expunged"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("at", "yesterday"), "'yesterday' is no moment; write 2026-11-22T02:14 (America/Los_Angeles)"),
        (("at", "9999-12-31T23:59"), "'9999-12-31T23:59' is no moment"),
        (("at", "2027-01-01"), "The journal reaches to 2026-11-22T02:02:00.000Z"),
        (("at", "2026-11-22", "--kind", "plane"), "plane is no kind of entity; it must be one of call, incident"),
        (("timeline", "plane", "P-1"), "plane is no kind of entity"),
        (("timeline", "incident", "I-2"), "The journal tells nothing of incident I-2 in that time; it reaches to"),
        (("export", "x.csv", "--since", "2026-11-22", "--until", "2026-11-21"), "2026-11-22 is not before 2026-11-21"),
        (("export", "x.csv", "--since", "2026-11-23"), "The journal reaches to 2026-11-21 18:02:00"),
        (("export", "x.txt"), "The format must be one of parquet, csv, geojson"),
        (("export", "x.csv", "--area", "1,2,3,x"), "a box is west,south,east,north in degrees"),
        (("export", "nowhere/x.csv"), "nowhere/x.csv cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], words: str) -> None:
    """Exit code 2, one sentence that says what is wrong and what would be right."""
    out, err, code = run(*arguments)
    sentence = err.splitlines()[-1]
    assert (out, code) == ("", 2)
    assert sentence.startswith("rtcc: ")
    assert words in sentence
    assert not list(Path().glob("x.*"))


def test_an_export(run: Run, tmp_path: Path) -> None:
    """By the name of the file or by word, of a window, a kind, an area; what the journal lacks of it is said."""
    out, err, code = run("export", "past.csv", "--since", "2026-11-21T18:00:30", "--kind", "unit")
    assert (out, code) == ("past.csv holds 2 changes.\n", 0)
    assert "gap from" in err
    with Path("past.csv").open(newline="", encoding="utf-8") as file:
        assert [row["callsign"] for row in csv.DictReader(file)] == ["", "'=3D13"]
    out, err, _ = run("export", "north", "--format", "geojson", "--area", "North")
    assert out == "north holds 3 changes.\n", err
    points = [feature["geometry"]["coordinates"] for feature in json.loads(Path("north").read_text())["features"]]
    assert points == [[-122.5, 37.5]] * 3
    assert run("export", "none.parquet", "--source", "nobody")[0] == "none.parquet holds 0 changes.\n"
    assert "what changed later is not in it yet" in run("export", "more.csv", "--until", "2027-01-01")[1]


def test_the_status(run: Run, tmp_path: Path) -> None:
    """Where the journal is, up to when it has everything, what is in it and what is not."""
    out, _, _ = run("status")
    assert f"place       {tmp_path / 'past' / 'journal'}\n" in out
    assert "reaches to  2026-11-21 18:02:00 America/Los_Angeles (2026-11-22T02:02:00.000Z)\n" in out
    assert "changes     unit: 2 rows, " in out
    assert "gap         The journal has a gap from 2026-11-21 18:01:30" in out


def test_a_damaged_journal_is_said(run: Run, tmp_path: Path) -> None:
    """Which file, and what tells more."""
    for file in (tmp_path / "past" / "journal").rglob("unit-*.parquet"):
        file.write_bytes(b"nothing")
    _, err, code = run("at", "2026-11-22T02:02:00Z")
    assert code == 2
    assert "unit-" in err
    assert "rtcc journal verify" in err


def test_without_a_journal(tmp_path: Path) -> None:
    """One that is not there yet, and one that is switched off, are told apart."""
    ended = rtcc("journal", "status", "--data", str(tmp_path), cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"rtcc: There is no journal at {tmp_path}/journal/center yet.\n"
    ended = rtcc("journal", "status", "--data", str(tmp_path), cwd=tmp_path, RTCC_JOURNAL="off")
    assert ended.stderr == "rtcc: No journal is kept here: the setting journal is off.\n"


def test_other_commands_do_not_load_the_journals_libraries(tmp_path: Path) -> None:
    """Those take longer to load than most commands to run, and the web process has no room for them."""
    code = "import rtcc.cli, sys; assert 'pyarrow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment(), timeout=60)
