"""Files that hold a secret: only their owner may read them, or they are not used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: Whatever lets the group or others read, write or enter.
_OTHERS: Final = 0o077
#: What of a data folder nobody but the one who runs RTCC may look into, with everything in it.
_OF_DATA_FOLDER: Final = ("keys.json", "accounts.json", "devices.json", "audit")


class NotPrivateError(RuntimeError):
    """A file with a secret that cannot be used as it is; the message says why, and what mends it, in one sentence."""


def require_private(file: Path, what: str) -> None:
    """Refuse a file, which is ``what`` somebody has set, that others can read, or nobody. Raises NotPrivateError."""
    try:
        with file.open("rb"):
            mode = file.stat().st_mode
    except OSError as error:
        raise NotPrivateError(f"{what} is {file}, which cannot be read ({type(error).__name__}).") from None
    if mode & _OTHERS:
        raise NotPrivateError(f"{what} is {file}, which others than its owner can read; chmod 600 {file}")


def open_to_others(data_dir: Path) -> Iterator[Path]:
    """Yield what of a data folder others than its owner can read or enter though it holds secrets or records."""
    for name in _OF_DATA_FOLDER:
        top = data_dir / name
        for path in (top, *sorted(top.glob("*"))):
            if path.exists() and path.stat().st_mode & _OTHERS:
                yield path
