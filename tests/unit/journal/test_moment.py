"""What the picture at a moment is made of where the journal has gaps: it shows no more than it can know."""

from __future__ import annotations

from pathlib import Path

from rtcc.journal.picture import whole_table
from rtcc.journal.reader import Journal
from rtcc.picture.snapshot import StoredEntity
from tests.made_journal import TWO, reading, told, write, writing


def ids(journal: Journal, ms: int) -> list[str]:
    """Return who was in the picture at a millisecond."""
    return sorted(entity.id for entity in journal.picture_at(ms << 20))


def entity(id_: str, ms: int) -> StoredEntity:
    """Return a unit as the store held it."""
    return StoredEntity("unit", id_, "SFPD", {"status": "busy"}, ms << 20, 0, {"status": "avl"}, {"status": "0" * 37})


def test_after_a_gap_everything_began_anew(tmp_path: Path) -> None:
    """The store was lost: until the gap the old picture stands, after it only what came since; within, it is said."""
    writer = writing(tmp_path)
    write(writer, told(TWO, "old"))
    writer.note_gap((TWO + 100) << 20)
    write(writer, told(TWO + 150, "new"))
    journal = reading(tmp_path)
    assert ids(journal, TWO) == ["old"]
    assert ids(journal, TWO + 50) == ["old"]
    assert ids(journal, TWO + 150) == ["new"]
    assert journal.gap_at(TWO << 20) is None
    assert journal.gap_at((TWO + 50) << 20) == (TWO << 20, (TWO + 100) << 20)


def test_a_store_emptied_without_a_word_since_began_anew_too(tmp_path: Path) -> None:
    """A gap of no length: what the journal ends with is the picture before, what comes later begins a new one."""
    writer = writing(tmp_path)
    write(writer, told(TWO, "old"))
    writer.note_gap(TWO << 20)
    journal = reading(tmp_path)
    assert [entity.id for entity in journal.picture_at(TWO << 20)] == ["old"]
    write(writer, told(TWO + 1, "new"))
    journal.refresh()
    assert ids(journal, TWO + 1) == ["new"]


def test_a_picture_from_before_a_gap_does_not_count_after_it(tmp_path: Path) -> None:
    """Only a whole picture that was taken since stands for what came after the gap."""
    writer = writing(tmp_path)
    write(writer, told(TWO, "old"))
    writer.write_picture([whole_table("unit", [entity("old", TWO)])], TWO << 20, TWO << 20)
    writer.note_gap((TWO + 100) << 20)
    write(writer, told(TWO + 150, "new"))
    writer.write_picture(
        [whole_table("unit", [entity("new", TWO + 150), entity("known", TWO + 101)])], 0, (TWO + 150) << 20
    )
    write(writer, told(TWO + 200, "newer"))
    journal = reading(tmp_path)
    assert ids(journal, TWO + 150) == ["known", "new"]
    assert ids(journal, TWO + 200) == ["known", "new", "newer"]
    assert journal.gap_at((TWO + 200) << 20) is None


def test_where_no_picture_was_taken_yet_the_next_one_tells_of_what_did_not_change(tmp_path: Path) -> None:
    """A journal that was begun late: who last changed before the moment is in the picture that was taken after it."""
    writer = writing(tmp_path)
    writer.note_gap((TWO - 1) << 20)
    write(writer, told(TWO, "a"), told(TWO + 10, "b"))
    tables = [whole_table("unit", [entity("a", TWO), entity("b", TWO + 10), entity("parked", TWO - 500)])]
    writer.write_picture(tables, (TWO + 10) << 20, (TWO + 10) << 20)
    journal = reading(tmp_path)
    assert ids(journal, TWO + 5) == ["a", "parked"]
    assert journal.gap_at((TWO + 5) << 20) == (0, (TWO - 1) << 20)
    assert ids(journal, TWO + 10) == ["a", "b", "parked"]
    assert journal.gap_at((TWO + 10) << 20) is None


def test_what_was_expunged_is_not_shown(tmp_path: Path) -> None:
    """Of an entity whose fields were taken out, the timeline has the changes, empty, and no picture has it."""
    writer = writing(tmp_path)
    write(writer, told(TWO, "a", {}), told(TWO + 1, "b"))
    journal = reading(tmp_path)
    assert ids(journal, TWO + 1) == ["b"]
    assert [change.fields for change in journal.timeline("unit", "a")] == [{}]
