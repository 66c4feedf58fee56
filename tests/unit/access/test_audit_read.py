"""Reading the audit log for people: filtered, from its end, page by page, and as files that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from rtcc.access.audit import AuditRecord, folder_of
from rtcc.access.audit_export import as_csv, as_json_lines
from rtcc.access.audit_read import AuditFilter, newest_first, newest_page, oldest_first
from rtcc.cli import app
from rtcc.settings import Settings
from tests.auditing import files, found, lines, write

FIRST = datetime(2026, 10, 30, 12, tzinfo=UTC)
COUNT = 120


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A log of ten records a day over three months' files, large enough to be read in pieces."""
    own = Settings(data_dir=tmp_path_factory.mktemp("log"))
    for day in range(0, COUNT // 2, 5):
        at = FIRST + timedelta(days=day)
        some = [
            AuditRecord(
                at=(at + timedelta(minutes=n)).isoformat().replace("+00:00", "Z"),
                who=("Ann Roe", "Ben Orr")[n % 2],
                action=("view", "command")[n % 2],
                subject=("incident", f"i-{day}-{n}"),
                outcome="refused" if n == 3 else "done",
                purpose="Officer safety" if n == 4 else None,
                address="198.51.100.7",
                details={"long": "x" * 499, "route": "GET /incident"},
            )
            for n in range(10)
        ]
        write(own, some, at)
    assert len(files(own)) == 3
    return own


def numbers(own, **wanted):
    """Return the numbers of what is wanted, as it comes."""
    return [record["number"] for record in newest_first(folder_of(own.data_dir), AuditFilter(**wanted))]


def test_the_newest_stands_first(own):
    """From the end of the last file to the beginning of the first, and the other way round."""
    assert numbers(own) == list(range(COUNT, 0, -1))
    assert [each["number"] for each in oldest_first(folder_of(own.data_dir), AuditFilter())] == [*range(1, COUNT + 1)]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"who": "ann"}, 60),
        ({"action": "command"}, 60),
        ({"action": "comm"}, 0),
        ({"subject": "incident:i-5-"}, 10),
        ({"outcome": "refused"}, 12),
        ({"text": "officer SAFETY"}, 12),
        ({"text": "198.51.100.7"}, 120),
        ({"since": FIRST + timedelta(days=50)}, 20),
        ({"until": FIRST + timedelta(days=1)}, 10),
        ({"since": FIRST + timedelta(days=4), "until": FIRST + timedelta(days=11), "who": "ben"}, 10),
    ],
)
def test_a_filter_keeps_what_it_says(own, wanted, count):
    """By name, action, subject, outcome, words and time; together they narrow."""
    assert len(numbers(own, **wanted)) == count


def test_pages_join(own):
    """Each page begins where the one before ended, whatever the filter, and the last says that it is."""
    folder, read, before = folder_of(own.data_dir), [], None
    while True:
        page = newest_page(folder, AuditFilter(who="ben"), before=before, most=7)
        read += [record["number"] for record in page.records]
        before = page.older
        if before is None:
            break
    assert read == numbers(own, who="ben")


def test_a_page_looks_at_no_more_than_it_may(own):
    """A filter that fits nothing does not read years at once; the page says where to go on."""
    page = newest_page(folder_of(own.data_dir), AuditFilter(who="nobody"), look_at=50)
    assert page == ([], COUNT - 49)


@pytest.mark.parametrize("before", [1, 2, 11, 60, 61, COUNT, COUNT + 5])
def test_a_page_is_found_by_its_number(own, before):
    """Without reading what comes after it."""
    page = newest_page(folder_of(own.data_dir), AuditFilter(), before=before, most=3)
    assert [record["number"] for record in page.records] == list(range(min(before - 1, COUNT), 0, -1))[:3]


def test_what_is_no_record_any_more_is_passed_over(tmp_path):
    """`rtcc audit verify` names it; reading goes on."""
    own = Settings(data_dir=tmp_path)
    write(own, [AuditRecord(who="Ann", action="view") for _ in range(3)])
    file = files(own)[0]
    kept = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([kept[0], b"nonsense\n", kept[2]]))
    assert numbers(own) == [3, 1]


def test_csv_runs_nothing_in_a_spreadsheet():
    """A cell that would begin a formula begins with an apostrophe; commas, quotes and all else are kept."""
    dangerous = {"number": 1, "at": "t", "who": '=HYPERLINK("x")', "role": "+1", "by": "-1", "session": "@a"}
    rest = {"address": 'a,"b"', "action": "view", "subject": None, "outcome": "done", "purpose": None}
    text = "".join(as_csv([{**dangerous, **rest, "details": {"=a": "1"}, "prev": "0"}]))
    (row,) = csv.DictReader(io.StringIO(text))
    assert [row[name] for name in ("who", "role", "by", "session")] == ['\'=HYPERLINK("x")', "'+1", "'-1", "'@a"]
    assert (row["address"], row["details"], row["subject_kind"]) == ('a,"b"', "'=a: 1", "")


def test_the_command_line_shows_exports_and_verifies(tmp_path):
    """What it shows is filtered; that it was read is on record; a changed record ends it with 1 and is named."""
    own = Settings(data_dir=tmp_path)
    write(own, [AuditRecord(who="Ann Roe", action="view", subject=("plate", f"det-{n}")) for n in range(3)])
    run, data = CliRunner(), ["--data", str(tmp_path)]
    shown = run.invoke(app, ["audit", "show", "--subject", "plate:det-1", *data])
    assert (shown.exit_code, shown.output.count("\n"), "plate:det-1" in shown.output) == (0, 1, True)
    for name in ("all.csv", "all.jsonl"):
        assert run.invoke(app, ["audit", "export", str(tmp_path / name), "--who", "ann", *data]).exit_code == 0
    exported = (tmp_path / "all.jsonl").read_text().splitlines()
    assert exported == [line.decode().strip() for line in lines(own)[:3]]
    assert list(as_json_lines(map(json.loads, exported))) == [line + "\n" for line in exported]
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 4
    assert (tmp_path / "all.csv").stat().st_mode & 0o777 == 0o600
    said = [json.loads(line) for line in lines(own)[3:]]
    assert [(one["by"], one["action"]) for one in said] == [("cli", "audit read"), ("cli", "export"), ("cli", "export")]
    assert said[0]["details"] == {"filter": "subject: plate:det-1"}
    whole = run.invoke(app, ["audit", "verify", *data])
    assert (whole.exit_code, "The chain is whole: 6 records, from 20" in whole.output) == (0, True)
    noted = whole.output.rpartition(" ")[2].strip()
    assert run.invoke(app, ["audit", "verify", "--noted", noted, *data]).exit_code == 0
    other = run.invoke(app, ["audit", "verify", "--noted", f"4:{'0' * 64}", *data])
    assert (other.exit_code, "Number 4 was changed" in other.output) == (1, True)
    file = files(own)[0]
    file.write_bytes(file.read_bytes().replace(b"det-1", b"det-7", 1))
    broken = run.invoke(app, ["audit", "verify", *data])
    assert (broken.exit_code, f"{file.name} line 2 (number 2) was changed" in broken.output) == (1, True)
    assert found(own).findings


def test_keys_that_are_made_and_revoked_are_on_record(tmp_path):
    """By whom, and for what; the key itself stands nowhere."""
    run, data = CliRunner(), ["--data", str(tmp_path)]
    key = run.invoke(app, ["keys", "create", "cad", "--scope", "ingest", *data]).output.strip()
    assert run.invoke(app, ["keys", "revoke", "cad", *data]).exit_code == 0
    kept = lines(Settings(data_dir=tmp_path))
    assert [(one["action"], one["subject"]) for one in map(json.loads, kept)] == [
        ("key made", ["key", "cad"]),
        ("key revoked", ["key", "cad"]),
    ]
    assert key.encode() not in b"".join(kept)


@pytest.mark.parametrize(
    "asked", [["show", "--since", "yesterday"], ["export", "all.txt"], ["verify", "--noted", "the end"]]
)
def test_what_the_command_line_cannot_read_it_says(tmp_path, asked):
    """A time that is none, a kind of file that is none, an end that is none."""
    ended = CliRunner().invoke(app, ["audit", *asked, "--data", str(tmp_path)])
    assert re.search("must|hexadecimal", str(ended.exception))
