"""Where the audit log ended last, kept beside it and in the store, so that a cut-off end is noticed."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect

log = logging.getLogger(__name__)

#: A store that did not answer is left alone for so long.
_PATIENCE_S = 5.0
_LINK = re.compile(r"(\d{1,20}) ([0-9a-f]{64})", re.ASCII)
_HEAD = re.compile(r"(\d{20}) ([0-9a-f]{64}) (\d{20})\n", re.ASCII)


class Link(NamedTuple):
    """A record's number and the hash of its line: all that the next one holds on to."""

    number: int
    digest: str


#: What the first record of all follows.
NOTHING_YET = Link(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Head:
    """The last record that is surely on disk, and the number up to which somebody was about to write."""

    last: Link
    intended: int


class HeadFile:
    """The head beside the log, overwritten in place under the log's lock."""

    def __init__(self, file: Path) -> None:
        """Use this file, which need not exist yet."""
        self._file = file

    def read(self) -> Head | None:
        """Return the head; None where there is none, or what stands there is none."""
        with contextlib.suppress(FileNotFoundError, UnicodeDecodeError):
            found = _HEAD.fullmatch(self._file.read_text("ascii"))
            if found is not None:
                return Head(Link(int(found[1]), found[2]), int(found[3]))
        return None

    def write(self, head: Head) -> None:
        """Overwrite the head: always as many bytes, so that no crash leaves half of one."""
        line = f"{head.last.number:020d} {head.last.digest} {head.intended:020d}\n".encode()
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, line, 0)
            os.ftruncate(descriptor, len(line))
        finally:
            os.close(descriptor)


class HeadInStore:
    """The head in the store, which whoever has only the files cannot change; nothing waits long for it."""

    def __init__(self, settings: Settings) -> None:
        """Use the store of these settings, which need not run."""
        self._settings = settings
        self._store: Store | None = None
        self._again_at = 0.0

    def read(self) -> Link | None:
        """Return the head as the store has it; None where it has none or cannot be asked."""
        store = self._asked()
        if store is None:
            return None
        try:
            kept = store.get(keys.AUDIT_HEAD)
        except StoreAway as error:
            self._leave_alone(error)
            return None
        found = None if kept is None else _LINK.fullmatch(kept.decode("ascii", "replace"))
        return None if found is None else Link(int(found[1]), found[2])

    def write(self, last: Link) -> None:
        """Let the store know, if it can be told."""
        store = self._asked()
        if store is None:
            return
        try:
            store.set(keys.AUDIT_HEAD, f"{last.number} {last.digest}")
        except StoreAway as error:
            self._leave_alone(error)

    def close(self) -> None:
        """Let go of the store."""
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(*StoreAway):
                store.close()

    def _asked(self) -> Store | None:
        if self._store is None and time.monotonic() >= self._again_at:
            try:
                self._store = connect(self._settings, timeout_s=1.0)
            except (NoStoreError, *StoreAway) as error:
                self._leave_alone(error)
        return self._store

    def _leave_alone(self, error: Exception) -> None:
        self.close()
        self._again_at = time.monotonic() + _PATIENCE_S
        log.debug("The audit log's head is not in the store: %s.", type(error).__name__)
