"""Whatever is done to the files of the audit log afterwards, `rtcc audit verify` finds it and says where."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtcc.access.audit import folder_of
from rtcc.settings import Settings
from tests.auditing import NOW, files, found, lines, record, write

COUNT = 9


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A log of nine records over two months."""
    own = Settings(data_dir=tmp_path_factory.mktemp("sound"))
    write(own, [record("view", details={"n": str(n)}) for n in range(5)])
    write(own, [record("command", subject=("incident", f"i-{n}")) for n in range(4)], NOW.replace(month=12))
    assert found(own).findings == []
    return own


@pytest.fixture
def own(sound, tmp_path):
    """A copy of it to do something to."""
    shutil.copytree(sound.data_dir, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


def rewrite(own, index, change):
    """Change the lines of one file."""
    file = files(own)[index]
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))


@hypothesis_settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_single_change_is_found(sound, data):
    """Flip a byte, drop, move, repeat, put in or cut off: there is always a finding."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(sound.data_dir, Path(folder) / "data")
        own = Settings(data_dir=Path(folder) / "data")
        file = data.draw(st.sampled_from(files(own)))
        before = file.read_bytes()
        kept = before.splitlines(keepends=True)
        at = data.draw(st.integers(0, len(kept) - 1))
        how = data.draw(st.sampled_from(("flip", "drop", "swap", "insert", "truncate", "remove", "garbage")))
        if how == "flip":
            place = data.draw(st.integers(0, len(before) - 1))
            flipped = before[place] ^ data.draw(st.integers(1, 255))
            file.write_bytes(before[:place] + bytes([flipped]) + before[place + 1 :])
        elif how == "drop":
            file.write_bytes(b"".join(kept[:at] + kept[at + 1 :]))
        elif how == "swap":
            other = data.draw(st.integers(0, len(kept) - 1).filter(lambda other: other != at))
            kept[at], kept[other] = kept[other], kept[at]
            file.write_bytes(b"".join(kept))
        elif how == "insert":
            file.write_bytes(b"".join([*kept[:at], data.draw(st.sampled_from(lines(own))), *kept[at:]]))
        elif how == "garbage":
            file.write_bytes(b"".join([*kept[:at], data.draw(st.binary(min_size=1, max_size=40)), *kept[at:]]))
        elif how == "truncate":
            file.write_bytes(before[: data.draw(st.integers(0, len(before) - 1))])
        else:
            file.unlink()
        assert found(own).findings
        # And whoever goes on writing does not cover it up; only what is torn off the end is mended, and said.
        write(own, [record()], NOW.replace(month=12))
        assert found(own).findings or how == "garbage"


def test_a_changed_record_is_named(own):
    """File, line and number of a record that says something else than it did."""
    rewrite(own, 0, lambda kept: [line.replace(b'"n":"2"', b'"n":"7"') for line in kept])
    assert found(own).findings == [
        "2026-11.jsonl line 3 (number 3) was changed: its hash is not the one that the chain holds."
    ]


def test_the_last_record_is_held_by_the_head(own):
    """Nothing follows the last record; the head beside the log knows its hash."""
    rewrite(own, 1, lambda kept: [line.replace(b'"i-3"', b'"i-4"') for line in kept])
    assert found(own).findings == ["Number 9 was changed: its hash is not the one of the head beside the log."]


def test_a_changed_hash_names_the_record_that_holds_it(own):
    """Of two that do not fit, the one that the next one does not fit either was changed."""

    def change(kept):
        prev = kept[2].rpartition(b'"prev":"')[2][:8]
        return [*kept[:2], kept[2].replace(b'"prev":"' + prev, b'"prev":"' + b"0" * 8), *kept[3:]]

    rewrite(own, 0, change)
    assert [finding.split(" was")[0] for finding in found(own).findings] == ["2026-11.jsonl line 3 (number 3)"]


def test_a_changed_hash_in_the_last_record_is_its_own(own):
    """The head tells that it was the last one, and not the one before it."""
    rewrite(own, 1, lambda kept: [*kept[:3], kept[3].replace(b'"prev":"', b'"prev":"0', 1)])
    assert [finding.split(":")[0] for finding in found(own).findings] == ["Number 9 was changed"]


def test_what_is_missing_is_named(own):
    """Numbers that are not there, wherever they were."""
    rewrite(own, 0, lambda kept: [*kept[:1], *kept[3:]])
    assert found(own).findings == ["Number 2 to 3 is missing before 2026-11.jsonl line 2 (number 4)."]


def test_a_whole_month_that_is_missing_is_named(own):
    """A file that somebody has taken away, and no clock."""
    files(own)[0].unlink()
    (finding,) = found(own).findings
    assert finding.startswith("The log does not begin with the first record: 2026-12.jsonl line 1 (number 6)")


def test_everything_gone_is_found(own):
    """An empty folder with a head knows what it held."""
    for file in files(own):
        file.unlink()
    assert found(own).findings == [
        "The end was cut off: the head beside the log knows number 9, and the last here is 0."
    ]


def test_a_record_put_in_at_the_end_is_found(own):
    """Even one that fits the chain: its writer did not hold the head."""
    head = folder_of(own.data_dir) / "head"
    kept = head.read_bytes()
    write(own, [record()], NOW.replace(month=12))
    head.write_bytes(kept)
    assert found(own).findings == ["Records were put in at the end: number 9 was written last, and 10 is there."]


def test_a_missing_head_is_found(own):
    """Without it nobody knows where the log ended."""
    (folder_of(own.data_dir) / "head").unlink()
    assert "head beside the log is missing" in found(own).findings[0]
    write(own, [record()], NOW.replace(month=12))
    assert "head beside the log was missing" in found(own).notes[0]


def test_an_empty_log_is_whole(tmp_path):
    """Nothing on record, nothing wrong."""
    verified = found(Settings(data_dir=tmp_path))
    assert (verified.findings, verified.records) == ([], 0)
