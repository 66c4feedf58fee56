"""API keys: random, shown once, kept as hashes in a file of the data folder that only its owner can read."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rtcc.access.kept_file import KeptFile
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
        self._file = KeptFile(data_dir / "keys.json", lambda fields: Key(**fields))

    def create(self, name: str, scope: str) -> str:
        """Make a key, keep its hash, and return it. Raises KeyRefusedError for a taken name or unknown scope."""
        if scope not in SCOPES and not _FEED_SCOPE.fullmatch(scope):
            raise KeyRefusedError(f"scope is no known scope; it must be one of {', '.join(SCOPES)}, or feed:<name>.")
        if not (0 < len(name) <= 64 and name.isprintable()):
            raise KeyRefusedError("name is empty or too long; it must be text of 1 to 64 printable characters.")
        key = _PREFIX + secrets.token_urlsafe(32)
        with self._file.changing() as keys:
            if any(kept.name == name for kept in keys.values()):
                raise KeyRefusedError(f"A key named {name} exists already; revoke it first or choose another name.")
            keys[_hash(key)] = Key(name, scope, iso(datetime.now(UTC)))
        return key

    def revoke(self, name: str) -> bool:
        """Forget the key of this name; say whether there was one."""
        with self._file.changing() as keys:
            revoked = [digest for digest, key in keys.items() if key.name == name]
            for digest in revoked:
                del keys[digest]
        return bool(revoked)

    def all(self) -> list[Key]:
        """Return every key by name."""
        return sorted(self._file.current().values(), key=lambda key: key.name)

    def find(self, presented: str) -> Key | None:
        """Return what a presented key allows, or None if it is not one of ours."""
        return self._file.current().get(_hash(presented))

    def stands(self, key: Key) -> bool:
        """Say whether a key that was found earlier has not been revoked since."""
        return key in self._file.current().values()


def _hash(key: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(key.encode()).hexdigest()
