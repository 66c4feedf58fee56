"""What a segment's folders say of it: the hour, day or month that it is of, and what retention has done to it."""

from __future__ import annotations

import re
from typing import NamedTuple

from rtcc.journal.segments import Segment

#: Marks of a segment whose positions were thinned; of one that holds what is past its term for the sake of a legal
#: hold; and of one that was thinned except for such rows.
THINNED, PAST_TERM, THINNED_BUT = "thinned", "held", "thinned-held"
_FOLDERS = re.compile(
    r"/(\d{4}-\d\d(?:-\d\d(?:/\d\d)?)?)(?:/(thinned|held|thinned-held)(?:-(\d+))?)?/[^/]*-(\d{12})-[0-9a-f]+\.parquet$"
)


class Folders(NamedTuple):
    """``period`` is ``2026-11-22/02``, ``2026-11-22`` or ``2026-11`` (UTC); ``mark`` one of the above, or empty.

    ``as_of`` is the entry of the manifest whose holds were heeded, where any rows stayed for their sake.
    """

    period: str
    mark: str = ""
    as_of: int = -1

    @property
    def within(self) -> str:
        """The folder below the agency's."""
        of_entry = f"-{self.as_of}" if self.as_of >= 0 else ""
        return f"{self.period}/{self.mark}{of_entry}" if self.mark else self.period

    @property
    def is_for_holds(self) -> bool:
        """Say whether rows stayed for the sake of a hold."""
        return self.as_of >= 0

    def wider(self, length: int) -> Folders:
        """Return those of the longer period, by the length of its text."""
        return self._replace(period=self.period[:length])


def folders_of(segment: Segment) -> Folders:
    """Return what the path of a segment says."""
    found = _FOLDERS.search(segment.path)
    return Folders(found[1], found[2] or "", int(found[3] or -1)) if found else Folders("")


def number_in(path: str) -> int:
    """Return the number of the entry up to which a segment may be named; -1 for what is none."""
    found = _FOLDERS.search(path)
    return int(found[4]) if found else -1
