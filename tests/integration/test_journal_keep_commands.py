"""`rtcc journal verify`, `hold`, `release`, `holds` and `expunge`, as an operator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from rtcc.cli import main
from rtcc.journal.segments import CHANGES
from rtcc.journal.writer import JournalWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.journal_of import TWO, change, new_writer, write


class Said(NamedTuple):
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Said]


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a journal of the test's own."""
    return settings.model_copy(update={"journal": str(tmp_path / "journal")})


@pytest.fixture
def writer(kept: Settings) -> JournalWriter:
    """Return the writer of a journal in which there are two incidents."""
    made = new_writer(Path(kept.journal_place()), kept.data_dir)
    write(made, change(TWO, "I-1", "incident", {"narrative": "x"}), change(TWO, "I-2", "incident", {"priority": 1}))
    write(made, change(TWO + 1, "I-2", "incident", {"priority": 2}, agency="OPD"))
    return made


@pytest.fixture
def journal(
    kept: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run `rtcc journal` with arguments of one's own, in this process: another one takes two seconds to start."""

    def run(*arguments: str, **over: str) -> Said:
        monkeypatch.setattr("sys.argv", ["rtcc", "journal", *arguments, "--data", str(kept.data_dir)])
        for name, value in ({"RTCC_JOURNAL": kept.journal} | over).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


def test_a_whole_journal_is_said_to_be_whole(writer: JournalWriter, journal: Command) -> None:
    """With how much of it there is, up to when, and a head to note elsewhere that is found again."""
    said = journal("verify")
    assert (said.returncode, said.stderr) == (0, "")
    first, second = said.stdout.splitlines()
    assert first == "2 segments, 3 rows, unbroken up to 2026-11-22T02:00:00.001Z."
    head = second.rpartition(" ")[2]
    assert head == f"2:{writer.state.head}"
    write(writer, change(TWO + 2))
    assert journal("verify", "--noted", head).returncode == 0


def test_what_is_wrong_is_named_and_ends_with_1(writer: JournalWriter, journal: Command, kept: Settings) -> None:
    """One sentence each, nothing else."""
    segment = writer.state.of(CHANGES)[0]
    (Path(kept.journal_place()) / segment.path).unlink()
    said = journal("verify")
    assert (said.returncode, said.stdout) == (1, f"The segment {segment.path} is missing.\n")


def test_an_end_that_was_cut_off_is_seen_by_what_was_noted_or_confirmed(
    writer: JournalWriter, journal: Command, kept: Settings, store: Store
) -> None:
    """The chain alone cannot tell; the noted head and the store can."""
    head = f"2:{writer.state.head}"
    last = writer.state.of(CHANGES)[-1]
    store.hset(keys.JOURNAL, mapping={"confirmed": writer.state.upto})
    root = Path(kept.journal_place())
    (root / "manifest" / "000000000002.json").unlink()
    (root / last.path).unlink()
    said, second = journal("verify", "--noted", head), "2026-11-22T02:00:00"
    assert said.returncode == 1
    assert said.stdout.splitlines() == [
        "Entry 2 of the manifest is not there any more as it was noted.",
        f"The journal ends at {second}.000Z, but the store knows it to have been confirmed up to {second}.001Z.",
    ]


def test_hold_release_and_expunge(writer: JournalWriter, journal: Command, kept: Settings) -> None:
    """Held it is listed and cannot be expunged; released it can, once, and the journal is whole."""
    assert journal("hold", "incident", "I-1", "--why", "case 7").stdout == (
        "incident I-1 of SFPD is held, with all that refers to it.\n"
    )
    assert journal("holds").stdout == "incident\tI-1\tSFPD\tcase 7\n"
    refused = journal("expunge", "incident", "I-1", "--order", "22-1234", "--yes")
    assert (refused.returncode, refused.stderr) == (
        2, "rtcc: incident I-1 of SFPD is held (case 7); release it first.\n",
    )  # fmt: skip
    assert journal("release", "incident", "I-1").returncode == 0
    assert journal("holds").stdout == ""
    done = journal("expunge", "incident", "I-1", "--order", "22-1234", "--yes")
    assert done.stdout == "incident I-1 of SFPD was expunged: 1 rows and 0 received bodies in 1 segments.\n"
    assert journal("verify").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hold", "incident", "I-7", "--why", "x"), "The journal knows no incident I-7."),
        (("hold", "incidents", "I-1", "--why", "x"), "There is no kind incidents; there are "),
        (("hold", "incident", "I-2", "--why", "x"), "incident I-2 is one of OPD and of SFPD: say --agency."),
        (("release", "incident", "I-1"), "incident I-1 of SFPD is not held."),
        (("verify", "--noted", "x"), "What was noted is a number, a colon and 64 hexadecimal digits."),
    ],
)
def test_what_cannot_be_done_is_said(writer: JournalWriter, journal: Command, arguments: tuple, sentence: str) -> None:
    """In one sentence, with exit code 2."""
    said = journal(*arguments)
    assert said.returncode == 2
    assert said.stderr.startswith(f"rtcc: {sentence}")
    assert said.stderr.count("\n") == 1


def test_where_there_is_none_that_is_said(journal: Command) -> None:
    """A journal that is off, not there yet, or signed with the key of another data folder."""
    assert (
        journal("verify", RTCC_JOURNAL="off").stderr == "rtcc: No journal is kept here: the setting journal is off.\n"
    )
    assert journal("verify").stderr == "rtcc: There is no journal yet.\n"
    assert journal("hold", "incident", "I-1", "--why", "x").stderr == "rtcc: There is no journal yet.\n"


def test_only_who_has_the_key_can_write(journal: Command, kept: Settings, tmp_path: Path) -> None:
    """Another installation's journal can be looked at, and nothing said in it."""
    writer = new_writer(Path(kept.journal_place()), tmp_path / "theirs")
    write(writer, change(TWO, "I-1", "incident", {}))
    said = journal("hold", "incident", "I-1", "--why", "x")
    assert said.stderr.startswith("rtcc: The key that signs this journal is not in this data folder")
    assert journal("verify", "--key", writer.state.public).returncode == 0
