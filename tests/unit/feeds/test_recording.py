from __future__ import annotations

import json

import pytest

from rtcc.feeds.formats.mapping import MappingError
from rtcc.feeds.transports.recording import RecordingError, load_recording

ROW = {
    "cad_number": "260160001",
    "entry_datetime": "2026-01-16T10:00:00",
    "dispatch_datetime": "",
    "call_type_original": "415",
    "priority_original": "C",
    "onview_flag": "N",
    "agency": "Police",
}


@pytest.mark.parametrize(
    "text", [json.dumps([ROW]), "\ufeff" + json.dumps([ROW]), "\n " + json.dumps([ROW]), json.dumps(ROW)]
)
def test_json_is_an_array_or_one_object_a_line(tmp_path, text):
    """Both ways of writing rows in JSON are read, with a byte order mark too."""
    file = tmp_path / "rows.txt"
    file.write_text(text, encoding="utf-8")
    assert load_recording(file).rows == 1
    assert len(load_recording(file).moments) == 1


def test_csv_rows_of_the_wrong_length_end_nothing(tmp_path):
    """A row cut short is read as far as it goes, one that is too long without its surplus."""
    file = tmp_path / "rows.csv"
    head, row = ",".join(ROW), ",".join(ROW.values())
    file.write_text(f"{head}\n260160002,2026-01-16T10:00:00\n{row},and,more\n")
    read = load_recording(file)
    assert (read.rows, len(read.moments)) == (2, 1)
    assert [(each.row, each.id, each.refused) for each in read.troubles if each.refused] == [(1, "260160002", True)]


def test_a_row_that_is_no_object_is_told(tmp_path):
    """Anything may stand in an array; only objects are rows."""
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([ROW, 7, None]))
    read = load_recording(file)
    assert [(each.row, each.reason) for each in read.troubles if each.id == ""] == [
        (2, "The row is no object of columns."),
        (3, "The row is no object of columns."),
    ]
    assert len(read.moments) == 1


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path):
    """One object a line, the last one cut: the calls before it are replayed, and the break is told."""
    file = tmp_path / "rows.ndjson"
    file.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW)[:40])
    read = load_recording(file)
    assert len(read.moments) == 1
    assert read.troubles[-1].reason.startswith("The line is no JSON near character")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The payload is empty"),
        ("[]", "holds no rows"),
        ("[{", "cannot be read"),
        ("cad_number,agency\n", "holds no rows"),
    ],
)
def test_a_file_without_rows_is_refused(tmp_path, text, said):
    """There is nothing to replay, and that is said."""
    file = tmp_path / "rows.json"
    file.write_text(text)
    with pytest.raises(RecordingError, match=said):
        load_recording(file)


def test_an_absent_or_binary_file_is_refused(tmp_path):
    """A wrong path or a picture is told by its name."""
    with pytest.raises(RecordingError, match=r"nowhere\.csv cannot be read"):
        load_recording(tmp_path / "nowhere.csv")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises((RecordingError, MappingError)):
        load_recording(tmp_path / "picture.csv")
