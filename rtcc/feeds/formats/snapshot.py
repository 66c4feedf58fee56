"""Judges what a snapshot does not hold any more: a row that is gone has ended, unless too many are gone at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rtcc.feeds.formats.marks import ENDED, LIVE, Mark

#: Under this key stands that the last snapshot had shrunk too much to be believed; no row's key begins so.
SHRUNKEN = "\x1dshrunken"
#: Fewer rows than this may all end at once and nobody wonders.
_FEW = 10


def missing_rows(
    known: Mapping[str, Mark], seen: Collection[str], share: float, *, suspected: bool
) -> tuple[list[str], bool]:
    """Return the keys of rows that have gone, and whether this snapshot is not believed.

    One that is empty, or holds too few of at least ten, is believed only when the one before it was ``suspected`` too.
    """
    listed = [key for key, mark in known.items() if mark.state in (LIVE, ENDED)]
    missing = [key for key in listed if key not in seen]
    shrunken = bool(missing) and (not seen or (len(listed) >= _FEW and len(missing) > share * len(listed)))
    if shrunken and not suspected:
        return [], True
    return missing, False
