"""Where a journal is kept: the same promises from a local folder and from a real S3-compatible server."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcc.journal.place import Bucket, Folder, Place, PlaceError, TakenError, open_place
from tests.object_store import BUCKET, filesystem, object_store


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an object store."""
    with object_store() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place of each sort."""
    if request.param == "folder":
        return Folder(tmp_path / "journal")
    root = f"{BUCKET}/{uuid.uuid4().hex}"
    return Bucket(filesystem(request.getfixturevalue("server")), root, f"s3://{root}")


def test_a_file_is_there_whole(place: Place) -> None:
    """What is put is read, from the start and from anywhere; what is not there is said to be not there."""
    place.put("changes/SFPD/2026-11-22/02/unit.parquet", b"0123456789")
    assert place.read("changes/SFPD/2026-11-22/02/unit.parquet") == b"0123456789"
    with place.open("changes/SFPD/2026-11-22/02/unit.parquet") as file:
        file.seek(4)
        assert file.read(2) == b"45"
    with pytest.raises(FileNotFoundError):
        place.read("changes/nothing")
    with pytest.raises(FileNotFoundError):
        place.open("changes/nothing").read()


def test_files_are_listed_with_their_sizes(place: Place) -> None:
    """All under a folder, at any depth; none of a folder that is not there."""
    assert list(place.files("manifest")) == []
    place.put("manifest/1", b"a")
    place.put("manifest/pages/2", b"bb")
    place.put("manifesto/3", b"ccc")
    assert sorted(place.files("manifest")) == [("manifest/1", 1), ("manifest/pages/2", 2)]
    place.remove("manifest/1")
    place.remove("manifest/1")
    assert list(place.files("manifest")) == [("manifest/pages/2", 2)]


def test_of_several_who_write_a_new_file_one_wins(place: Place) -> None:
    """However many try at the same moment, one is told that it has written the file, and its bytes stand there."""
    for round_ in range(5):
        start = threading.Barrier(6)
        won: list[bytes] = []

        def write(name: bytes, path: str, start: threading.Barrier = start, won: list[bytes] = won) -> None:
            start.wait()
            try:
                place.put_new(path, name)
                won.append(name)
            except TakenError:
                pass

        path = f"manifest/{round_:012d}.json"
        threads = [threading.Thread(target=write, args=(str(i).encode(), path)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert place.read(path) == won[0]


def test_a_file_that_a_killed_writer_left_half_written_is_none(tmp_path: Path) -> None:
    """A partial file is not listed, and a new try is not in its way."""
    folder = Folder(tmp_path)
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "unit.parquet.partial-0badcafe").write_bytes(b"half")
    assert list(folder.files("changes")) == []
    folder.put("changes/unit.parquet", b"whole")
    assert list(folder.files("changes")) == [("changes/unit.parquet", 5)]


def test_a_folder_that_cannot_be_written_says_so_in_a_sentence(tmp_path: Path) -> None:
    """A file where a folder should be: one sentence that names the trouble."""
    (tmp_path / "journal").write_bytes(b"")
    with pytest.raises(PlaceError, match=r"^The journal cannot be written: .+\.$"):
        Folder(tmp_path / "journal").put("changes/unit.parquet", b"")


def test_an_object_store_that_is_away_says_so_in_a_sentence() -> None:
    """No address of a bucket and no key stands in the sentence."""
    away = Bucket(filesystem("http://127.0.0.1:9"), BUCKET, "s3://rtcc")
    away._fs.config_kwargs = {"retries": {"max_attempts": 0}, "connect_timeout": 1}
    with pytest.raises(PlaceError, match=r"^The journal cannot be (written|read): \w+\.$"):
        away.put("changes/unit.parquet", b"")


def test_addresses_name_folders_and_filesystems(tmp_path: Path) -> None:
    """A path is a folder, so is file://; a scheme that nobody knows is refused in a sentence."""
    assert isinstance(open_place(str(tmp_path)), Folder)
    assert isinstance(open_place(f"file://{tmp_path}"), Folder)
    with pytest.raises(PlaceError, match="needs a package that is not installed"):
        open_place("nowhere://bucket/journal")


def test_only_the_owner_may_look_into_the_journals_folders(tmp_path: Path) -> None:
    """The past holds narratives and callers: its folders are closed to others."""
    Folder(tmp_path / "journal").put("changes/SFPD/unit.parquet", b"")
    assert (tmp_path / "journal").stat().st_mode & 0o077 == 0
    assert (tmp_path / "journal" / "changes" / "SFPD").stat().st_mode & 0o077 == 0


def test_what_killed_writers_left_is_cleared_when_it_is_old(tmp_path: Path) -> None:
    """Half-written files take room until they are an hour old; younger ones may still be somebody's."""
    folder = Folder(tmp_path)
    for name, age_s in (("old", 3700), ("young", 60)):
        file = tmp_path / f"{name}.parquet.partial-0badcafe"
        file.write_bytes(b"half")
        os.utime(file, (time.time() - age_s,) * 2)
    folder.clear()
    assert [file.name for file in tmp_path.iterdir()] == ["young.parquet.partial-0badcafe"]
