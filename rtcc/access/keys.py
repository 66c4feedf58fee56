"""API keys: random, shown once, kept as hashes in a file of the data folder that only its owner can read."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rtcc.access.visibility import AUDIENCES
from rtcc.model.event import iso

INGEST = "ingest"
#: Answers alarms under the key's name, and reads as a dispatcher.
OPERATE = "operate"
SCOPES = (INGEST, OPERATE, *(f"read:{audience}" for audience in AUDIENCES))
#: Pushes into one feed, in that feed's own format, and into no other: `feed:<name>`.
FEED = "feed:"
_FEED_SCOPE = re.compile(r"feed:[a-z][a-z0-9_]{0,40}", re.ASCII)
_PREFIX = "rtcc_"


class KeyRefusedError(ValueError):
    """A key that cannot be made; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a key allows, by its name; the key itself is not kept."""

    name: str
    scope: str
    created_at: str


class KeyRing:
    """The keys of one installation. Reads the file again when another process has changed it."""

    def __init__(self, data_dir: Path) -> None:
        """Use the file in this data folder, which need not exist yet."""
        self._file = data_dir / "keys.json"
        self._read_of: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}

    def create(self, name: str, scope: str) -> str:
        """Make a key, keep its hash, and return it. Raises KeyRefusedError for a taken name or unknown scope."""
        if scope not in SCOPES and not _FEED_SCOPE.fullmatch(scope):
            raise KeyRefusedError(f"scope is no known scope; it must be one of {', '.join(SCOPES)}, or feed:<name>.")
        if not (0 < len(name) <= 64 and name.isprintable()):
            raise KeyRefusedError("name is empty or too long; it must be text of 1 to 64 printable characters.")
        key = _PREFIX + secrets.token_urlsafe(32)
        with self._locked():
            keys = self._load()
            if any(kept.name == name for kept in keys.values()):
                raise KeyRefusedError(f"A key named {name} exists already; revoke it first or choose another name.")
            keys[_hash(key)] = Key(name, scope, iso(datetime.now(UTC)))
            self._write(keys)
        return key

    def revoke(self, name: str) -> bool:
        """Forget the key of this name; say whether there was one."""
        with self._locked():
            keys = self._load()
            kept = {digest: key for digest, key in keys.items() if key.name != name}
            self._write(kept)
        return len(kept) < len(keys)

    def all(self) -> list[Key]:
        """Return every key by name."""
        return sorted(self._load().values(), key=lambda key: key.name)

    def find(self, presented: str) -> Key | None:
        """Return what a presented key allows, or None if it is not one of ours."""
        return self._current().get(_hash(presented))

    def stands(self, key: Key) -> bool:
        """Say whether a key that was found earlier has not been revoked since."""
        return key in self._current().values()

    def _current(self) -> dict[str, Key]:
        with contextlib.suppress(FileNotFoundError):
            status = self._file.stat()
            read_of = status.st_mtime_ns, status.st_ino, status.st_size
            if read_of != self._read_of:
                self._keys, self._read_of = self._load(), read_of
            return self._keys
        return {}

    def _load(self) -> dict[str, Key]:
        try:
            kept: dict[str, dict[str, Any]] = json.loads(self._file.read_text())
        except FileNotFoundError:
            return {}
        return {digest: Key(**key) for digest, key in kept.items()}

    def _write(self, keys: dict[str, Key]) -> None:
        kept = {digest: {"name": k.name, "scope": k.scope, "created_at": k.created_at} for digest, k in keys.items()}
        beside = self._file.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _hash(key: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(key.encode()).hexdigest()
