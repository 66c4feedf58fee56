"""What a feed remembers of each row it has told: eight bytes that say which row, in which state, last seen when."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

#: A row's states: told and going on, told and ended, refused, or gone from its snapshot.
LIVE, ENDED, REFUSED, GONE = range(4)
#: So many days a row that is not seen any more is remembered, so that it is no news when it comes back.
KEPT_DAYS = 2
#: Bytes of the digest; two rows of one id fall together once in 2⁴⁰.
_DIGEST = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Mark(NamedTuple):
    """One row as it is remembered."""

    digest: bytes
    state: int
    day: int

    def packed(self) -> bytes:
        """Return it as eight bytes."""
        return self.digest + bytes((self.state,)) + (self.day & 0xFFFF).to_bytes(2, "big")

    def is_past(self, today: int) -> bool:
        """Say whether it was last seen too long ago to be remembered."""
        return today - self.day > KEPT_DAYS


def unpacked(mark: bytes) -> Mark | None:
    """Return what ``packed`` made, or None for bytes that are no mark of ours."""
    if len(mark) != _DIGEST + 3:
        return None
    return Mark(mark[:_DIGEST], mark[_DIGEST], int.from_bytes(mark[_DIGEST + 1 :], "big"))


def digest(rows: list[bytes], fingerprint: bytes) -> bytes:
    """Return what tells these rows from any others, under this mapping."""
    found = blake2b(rows[0], digest_size=_DIGEST, key=fingerprint)
    for row in rows[1:]:
        found.update(b"\n" + row)
    return found.digest()


def day_of(instant: datetime) -> int:
    """Return the whole days since 1970."""
    return (instant - _EPOCH).days
