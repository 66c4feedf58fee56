"""Whether a password is one that others try first: a common one, or one known from a breach."""

from __future__ import annotations

import hashlib
import string
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final

#: What people hang onto a common password to make it look like another.
_HUNG_ON: Final = string.digits + string.punctuation + string.whitespace
_DIGITS: Final = 40
#: No line of such a list is longer.
_LINE: Final = 100
#: So much of a password is judged; what follows can only make it better.
_JUDGED: Final = 72


def is_common(password: str) -> bool:
    """Say whether a password, or what is left of it without digits and signs at its end, is a common one.

    So is a row of letters or digits, or of keys, and whatever else is guessed within a million attempts.
    """
    # Here, because the lists take a moment to come, and only whoever sets a password needs them.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415

    said = password.casefold().strip()
    if said in _common() or said.rstrip(_HUNG_ON) in _common():
        return True
    return int(zxcvbn(said[:_JUDGED])["score"]) < 2


def is_breached(password: str, file: Path) -> bool:
    """Say whether a password's SHA-1 hash stands in a file of any size that is sorted by hash.

    Each line begins with the 40 digits of a hash, as in the lists of haveibeenpwned.com. Raises OSError.
    """
    # Not to keep anything secret: it is how these lists are written.
    wanted = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        return _stands_in(lines, wanted)


def _stands_in(lines: BinaryIO, wanted: bytes) -> bool:
    """Halve what is left of the file, by bytes, until the first line that is not before the wanted one is found."""
    low, high = 0, lines.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        lines.seek(max(middle - 1, 0))
        if middle:
            # To where the next line begins, which is here where the byte before ends one.
            lines.readline(_LINE)
        begin = lines.tell()
        line = lines.readline(_LINE)
        if line and line[:_DIGITS].upper() < wanted:
            low = begin + len(line)
        else:
            high = middle
    lines.seek(low)
    return lines.readline(_LINE)[:_DIGITS].upper() == wanted


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])
