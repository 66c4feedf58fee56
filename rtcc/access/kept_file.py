"""A file of the data folder that holds secrets: changed by one process at a time, whole or not, read by its owner."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Entry = TypeVar("Entry", bound=DataclassInstance)
else:
    Entry = TypeVar("Entry")

#: Whatever lets the group or others read or write.
_OTHERS = 0o077


class KeptFileError(RuntimeError):
    """A file that must not be used as it is; the message says why, and what mends it, in one sentence."""


class KeptFile(Generic[Entry]):
    """One JSON object of entries, each a dataclass. Reads again when another process has changed it."""

    def __init__(self, file: Path, read: Callable[[dict[str, Any]], Entry]) -> None:
        """Use this file, which need not exist yet; ``read`` makes an entry of its fields."""
        self._file, self._read = file, read
        self._kept: tuple[tuple[int, int, int, int], dict[str, Entry]] | None = None

    def current(self) -> Mapping[str, Entry]:
        """Return the entries as they are now. Quick where nothing has changed since the last time."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return {}
        read_of = status.st_mtime_ns, status.st_ino, status.st_size, status.st_mode
        kept = self._kept
        if kept is None or kept[0] != read_of:
            # In one step, for several threads may ask at once.
            kept = self._kept = read_of, self._load()
        return kept[1]

    @contextlib.contextmanager
    def changing(self, *, always: bool = False) -> Iterator[dict[str, Entry]]:
        """Give the entries to change; they are kept when the block ends, and left as they were where it fails.

        With ``always`` they are written even where nothing has changed, so that nobody can tell by the time it takes.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._file.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            entries = self._load()
            before = dict(entries)
            yield entries
            if always or entries != before:
                self._write(entries)

    def _load(self) -> dict[str, Entry]:
        try:
            with self._file.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise KeptFileError(
                        f"{self._file} can be read by others than its owner; `chmod 600 {self._file}` mends that."
                    )
                return {name: self._read(fields) for name, fields in json.load(file).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError) as error:
            raise KeptFileError(
                f"{self._file} does not hold what RTCC keeps there ({type(error).__name__}); put back a copy of it."
            ) from error

    def _write(self, entries: dict[str, Entry]) -> None:
        kept = {name: asdict(entry) for name, entry in entries.items()}
        beside = self._file.with_suffix(".new")
        # What a process that died left behind may have any mode.
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
