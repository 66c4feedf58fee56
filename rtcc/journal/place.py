"""Where a journal is kept: a local folder or any fsspec filesystem, as few whole-file operations that are all durable.

A file is there whole or not at all, under a name that nobody used before; ``put_new`` lets exactly one of several
writers win. A local folder writes to a temporary name, syncs, and links; an object store does both in one request.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import fsspec
from fsspec.core import url_to_fs

_PARTIAL = ".partial-"
_AT_ONCE = 16
#: Nobody writes one file for so long.
_PARTIAL_FOR_S = 3600.0


class TakenError(RuntimeError):
    """The name is taken: somebody else has written it first."""


class PlaceError(RuntimeError):
    """The place cannot be written or read now; the message is one sentence, without the place's secrets."""


class Place(Protocol):
    """All paths are relative, with "/" between their parts."""

    address: str

    def put(self, path: str, data: bytes) -> None:
        """Write a whole file durably, over an older one too. Raises PlaceError; then nothing half-written is seen."""

    def put_new(self, path: str, data: bytes) -> None:
        """Write a whole file durably where there is none. Raises TakenError where there is, PlaceError."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes. Raises FileNotFoundError, PlaceError."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading anywhere in it. Raises FileNotFoundError, PlaceError."""

    def files(self, under: str) -> Iterator[tuple[str, int]]:
        """Yield path and size of every file under a folder, in no order; none where there is no such folder."""

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""

    def clear(self) -> None:
        """Remove what writers that were killed have left half-written. It is in nobody's way, but takes room."""


class Folder:
    """A local folder."""

    def __init__(self, root: Path) -> None:
        """Use this folder; it is made when something is first written."""
        self.root = root
        self.address = str(root)

    def put(self, path: str, data: bytes) -> None:
        """See Place."""
        with self._written(path, data) as (partial, target):
            partial.replace(target)

    def put_new(self, path: str, data: bytes) -> None:
        """See Place."""
        with self._written(path, data) as (partial, target):
            try:
                os.link(partial, target)
            except FileExistsError:
                raise TakenError(f"{path} is there already.") from None
            partial.unlink()

    def read(self, path: str) -> bytes:
        """See Place."""
        with readable():
            return (self.root / path).read_bytes()

    def open(self, path: str) -> BinaryIO:
        """See Place."""
        with readable():
            return (self.root / path).open("rb")

    def files(self, under: str) -> Iterator[tuple[str, int]]:
        """See Place."""
        for folder, _, names in os.walk(self.root / under):
            for name in names:
                file = Path(folder) / name
                if _PARTIAL in name:
                    continue
                with contextlib.suppress(FileNotFoundError):
                    yield file.relative_to(self.root).as_posix(), file.stat().st_size

    def remove(self, path: str) -> None:
        """See Place."""
        with contextlib.suppress(FileNotFoundError):
            (self.root / path).unlink()
            _sync_folder((self.root / path).parent)

    def clear(self) -> None:
        """See Place."""
        for file in self.root.rglob(f"*{_PARTIAL}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - file.stat().st_mtime > _PARTIAL_FOR_S:
                    file.unlink()

    @contextlib.contextmanager
    def _written(self, path: str, data: bytes) -> Iterator[tuple[Path, Path]]:
        target = self.root / path
        partial = target.with_name(f"{target.name}{_PARTIAL}{uuid.uuid4().hex[:8]}")
        try:
            _make_folder(target.parent)
            with partial.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield partial, target
            _sync_folder(target.parent)
        except OSError as error:
            raise PlaceError(f"The journal cannot be written: {error.strerror or type(error).__name__}.") from error
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Bucket:
    """A folder of any fsspec filesystem, S3 and its like above all."""

    def __init__(self, filesystem: Any, root: str, address: str) -> None:
        """Use this folder of this filesystem."""
        self._fs, self._root, self.address = filesystem, root.rstrip("/"), address

    def put(self, path: str, data: bytes) -> None:
        """See Place."""
        with _writable():
            self._parents(path)
            self._fs.pipe_file(self._at(path), data)

    def put_new(self, path: str, data: bytes) -> None:
        """See Place. The filesystem must know how to create and not replace; S3 does."""
        with _writable():
            self._parents(path)
            try:
                self._fs.pipe_file(self._at(path), data, mode="create")
            except FileExistsError:
                raise TakenError(f"{path} is there already.") from None

    def read(self, path: str) -> bytes:
        """See Place."""
        with readable():
            return bytes(self._fs.cat_file(self._at(path)))

    def open(self, path: str) -> BinaryIO:
        """See Place."""
        with readable():
            opened: BinaryIO = self._fs.open(self._at(path), "rb")
            return opened

    def files(self, under: str) -> Iterator[tuple[str, int]]:
        """See Place."""
        with readable():
            self._fs.invalidate_cache()
            found = self._fs.find(self._at(under), detail=True)
        for path, about in found.items():
            yield path.removeprefix(self._root + "/"), int(about["size"])

    def remove(self, path: str) -> None:
        """See Place."""
        with _writable(), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._at(path))

    def clear(self) -> None:
        """See Place. A file is written in one request here, so none is ever half-written."""

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _parents(self, path: str) -> None:
        # Object stores have no folders; the other filesystems want theirs made.
        if "s3" not in self._fs.protocol:
            self._fs.makedirs(self._at(path).rpartition("/")[0], exist_ok=True)


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Let what fails in a block that reads be a PlaceError; only that a file is not there stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except _failures() as error:
        raise PlaceError(f"The journal cannot be read: {type(error).__name__}.") from error


@contextlib.contextmanager
def _writable() -> Iterator[None]:
    try:
        yield
    except (TakenError, FileNotFoundError):
        raise
    except _failures() as error:
        raise PlaceError(f"The journal cannot be written: {type(error).__name__}.") from error


def _failures() -> tuple[type[Exception], ...]:
    try:
        # Only there where S3 is used; not all of its errors are OSErrors.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        return (OSError,)
    return OSError, BotoCoreError, ClientError


def read_many(place: Place, paths: Sequence[str]) -> Iterator[bytes]:
    """Yield the bytes of files in their order, several read at once: an object store answers slowly but many.

    Raises FileNotFoundError, PlaceError.
    """
    if isinstance(place, Folder) or len(paths) < 2:
        yield from map(place.read, paths)
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(place.read, paths)


def open_place(address: str) -> Place:
    """Return the place at a folder's path or an fsspec address such as ``s3://bucket/journal``.

    Raises PlaceError where the address names a filesystem that is not installed.
    """
    if "://" not in address:
        return Folder(Path(address).absolute())
    try:
        filesystem, root = url_to_fs(address)
    except (ImportError, ValueError) as error:
        scheme = address.partition("://")[0]
        raise PlaceError(f"A journal at {scheme}:// needs a package that is not installed: {error}.") from error
    if isinstance(filesystem, fsspec.get_filesystem_class("file")):
        return Folder(Path(root))
    return Bucket(filesystem, root, address)
