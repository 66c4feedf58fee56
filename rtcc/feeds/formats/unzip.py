"""Expands gzip to a limit: a payload that grows beyond it is refused, so that no small one can fill the memory."""

from __future__ import annotations

import zlib

#: What a payload may become at most; the greatest real feed we know is a tenth of it.
MOST_BYTES = 64 * 1024 * 1024
#: Each file of a row of joined ones costs a copy of all that follow.
MOST_FILES = 100
_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


class UnzipError(ValueError):
    """Bytes that cannot be expanded; the message is one sentence."""


def is_gzip(body: bytes) -> bool:
    """Say whether the bytes begin as a gzip file does."""
    return body.startswith(_MAGIC)


def unzip(body: bytes, most: int = MOST_BYTES) -> bytes:
    """Return the bytes as they were before gzip, or as they are where they are none. Raises UnzipError.

    Never holds more than ``most`` bytes of what it expands. Files that were joined are read one after the other.
    """
    if not is_gzip(body):
        return body
    parts: list[bytes] = []
    room = most
    left = body
    while is_gzip(left):
        if len(parts) == MOST_FILES:
            raise UnzipError(f"The payload is more than {MOST_FILES} gzip files joined; it is not read.")
        expander = zlib.decompressobj(_GZIP)
        try:
            # One byte more than fits tells that there is more, without making it.
            part = expander.decompress(left, room + 1)
        except zlib.error as error:
            raise UnzipError("The payload begins as gzip does and is none that can be expanded.") from error
        if len(part) > room:
            raise UnzipError(f"The payload is gzip that expands to more than {most:,} bytes; it is not read.")
        if not expander.eof:
            raise UnzipError("The payload is gzip that breaks off before its end.")
        parts.append(part)
        room -= len(part)
        left = expander.unused_data
    return b"".join(parts)
