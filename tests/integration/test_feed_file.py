"""A feed from a file that grows: every line once, through rotation, truncation, restarts and a store that is away."""

from __future__ import annotations

import orjson
import pytest

from rtcc.feeds import ledger as words
from rtcc.feeds.payload import FeedTableError
from rtcc.feeds.transports.file_tail import FileTable, FileTail
from rtcc.tasks import StoreUnavailable
from tests.feed_parts import FeedCenter, ListFormat, made_feed, row


class LineFormat(ListFormat):
    """The same rows, one a line, or CSV with a line of names."""

    def read_all(self, payloads, memory):
        return super().read_all([self.as_list(each) for each in payloads], memory)

    @staticmethod
    def as_list(payload):
        lines = payload.body.decode().splitlines()
        if payload.content_type == "text/csv":
            names = lines[0].split(",")
            rows = [dict(zip(names, line.split(","), strict=True)) for line in lines[1:]]
        else:
            try:
                rows = [orjson.loads(line) for line in lines if line.strip()]
            except orjson.JSONDecodeError:
                return payload
        return payload._replace(body=orjson.dumps(rows))


@pytest.fixture
def path(tmp_path):
    """A file to be written."""
    return tmp_path / "cad.ndjson"


@pytest.fixture
def following(store, settings, path):
    """Give a center that follows the file, and what looks at it until there is no more."""
    centers = []

    def begin(**table):
        feed = made_feed("file", {"path": str(path)} | table, format=LineFormat())
        center = FeedCenter(store, settings, feed)
        tail = FileTail(
            feed,
            center.ledger,
            lambda payloads, together, always: center.intake.take(payloads, together=together, always=always),
            lambda: center.now,
        )
        centers.append(center)

        def look():
            while tail.look():
                pass

        center.look = look
        return center

    return begin


def write(path, *rows, end="\n"):
    """Append rows as lines."""
    with path.open("ab") as file:
        file.write(b"".join(orjson.dumps(each) + b"\n" for each in rows[:-1]) + orjson.dumps(rows[-1]) + end.encode())


def test_lines_are_told_as_they_come_and_half_a_line_waits(following, path):
    """A line that is being written is told when it is whole, and once."""
    write(path, row("A"), row("B"))
    center = following()
    center.look()
    assert set(center.statuses()) == {"A", "B"}
    half = orjson.dumps(row("C"))
    with path.open("ab") as file:
        file.write(half[:20])
    center.look()
    with path.open("ab") as file:
        file.write(half[20:] + b"\n")
    center.look()
    center.look()
    assert set(center.statuses()) == {"A", "B", "C"}
    assert center.ledger.read()[words.ROWS] == "3"


def test_who_begins_anew_goes_on_where_the_last_one_was(following, path):
    """The position is kept with the events, in one transaction."""
    write(path, row("A"))
    following().look()
    write(path, row("B"))
    center = following()
    center.look()
    assert set(center.statuses()) == {"A", "B"}
    assert center.ledger.read()[words.ROWS] == "2"


@pytest.mark.parametrize("restart", [False, True])
def test_a_rotated_file_is_read_to_its_end_first(following, path, restart):
    """What was written between our last look and the rotation is not lost, whether we were there or not."""
    write(path, row("A"))
    center = following()
    center.look()
    write(path, row("B"), row("C"), end="")
    path.rename(path.with_suffix(".1"))
    if restart:
        center = following()
    write(path, row("D"))
    center.look()
    assert set(center.statuses()) == {"A", "B", "C", "D"}
    assert center.ledger.read()[words.ROWS] == "4"


def test_a_file_that_is_renamed_and_not_yet_replaced_is_followed_on(following, path):
    """Its writer may still write to it."""
    write(path, row("A"))
    center = following()
    center.look()
    path.rename(path.with_suffix(".1"))
    write(path.with_suffix(".1"), row("B"))
    center.look()
    write(path, row("C"))
    center.look()
    assert set(center.statuses()) == {"A", "B", "C"}
    assert center.ledger.read()[words.ROWS] == "3"


def test_a_file_that_is_emptied_in_place_is_begun_anew(following, path):
    """As `copytruncate` does."""
    write(path, row("A"), row("B"))
    center = following()
    center.look()
    path.write_bytes(b"")
    write(path, row("C"))
    center.look()
    assert set(center.statuses()) == {"A", "B", "C"}


def test_a_store_that_is_away_loses_no_line(following, path):
    """What could not be kept is read again."""
    write(path, row("A"))
    center = following()
    center.away = 1
    with pytest.raises(StoreUnavailable):
        center.look()
    center.look()
    assert set(center.statuses()) == {"A"}


def test_csv_lines_come_with_their_names(following, path):
    """The first line of each file goes before every piece of it."""
    path.write_text("id,status,updated\n" + ",".join(row("A").values()) + "\n")
    center = following(header=True)
    center.look()
    with path.open("a") as file:
        file.write(",".join(row("B").values()) + "\n")
    center = following(header=True)
    center.look()
    path.rename(path.with_suffix(".1"))
    path.write_text("status,id,updated\npending,C,2026-11-22T12:00:00\n")
    center.look()
    assert set(center.statuses()) == {"A", "B", "C"}


def test_one_may_begin_at_the_end(following, path):
    """What was there before is then no news; a line that is just being written is."""
    write(path, row("A"), row("B"), end="")
    center = following(from_start=False)
    center.look()
    with path.open("ab") as file:
        file.write(b"\n")
    center.look()
    assert set(center.statuses()) == {"B"}


def test_lines_that_cannot_be_read_do_not_stop_it(following, path):
    """They become dead letters, and the position goes on."""
    path.write_bytes(b"not json\n")
    center = following()
    center.look()
    write(path, row("A"))
    center.look()
    assert set(center.statuses()) == {"A"}
    assert len(center.letters()) == 1


def test_a_file_that_is_replaced_is_read_whole(following, path):
    """Without ``follow`` it is read each time it is another, and not in between."""
    path.write_bytes(orjson.dumps(row("A")) + b"\n" + orjson.dumps(row("B")))
    center = following(follow=False)
    center.look()
    center.look()
    assert center.ledger.read()[words.ROWS] == "2"
    other = path.with_suffix(".new")
    other.write_bytes(orjson.dumps(row("A", "closed", minute=5)))
    other.replace(path)
    center.look()
    assert center.statuses() == {"A": "closed", "B": "pending"}


def test_what_is_wrong_in_the_table_is_told():
    """In one sentence."""
    with pytest.raises(FeedTableError, match=r"feeds\.x\.file\.path is text; it must be a path that begins with /"):
        FileTable.from_table("x", {"path": "cad.csv"})
