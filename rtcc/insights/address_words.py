"""When two addresses are the same, however their source wrote them."""

from __future__ import annotations

#: What parts the streets of a crossing, and signs that say nothing.
_SIGNS = str.maketrans(dict.fromkeys("/\\&@", " / ") | dict.fromkeys(",.;:#'\"()-", " "))
_AND, _BLOCK = frozenset({"and", "at", "/"}), frozenset({"block", "blk"})


def normal(address: str) -> str:
    """Return an address without what does not tell it from another: case, spaces, signs, "Block of", ways to say "and".

    The streets of a crossing come in one order, whichever was named first. A city has a hundred thousand addresses, so
    this has to be quick.
    """
    streets: list[list[str]] = [[]]
    before = ""
    for word in address.casefold().translate(_SIGNS).split():
        if word in _AND:
            streets.append([])
        elif word not in _BLOCK and not (word == "of" and before in _BLOCK):
            streets[-1].append(word)
        before = word
    return " / ".join(sorted(filter(None, map(" ".join, streets))))
