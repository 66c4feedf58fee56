"""Writes names as people write them, whatever the capitals and gaps of the file that they come from."""

from __future__ import annotations

import re


def title_case(name: str) -> str:
    """Return a name in capitals as people write it: ``BAY VIEW`` is ``Bay View``; ``3D12`` and ``NE`` stay."""
    if not name.isupper() or len(name) < 4 or any(sign.isdigit() for sign in name):
        return name
    return re.sub(r"[^\W\d_]+('[^\W\d_]+)?", lambda word: word.group().capitalize(), name)


def written(name: str) -> str:
    """Return a name without stray spaces, in title case, and ``I-80`` for the census's ``I- 80``."""
    return re.sub(r"\b([A-Z])- (\d)", r"\1-\2", title_case(" ".join(name.split())))


def counted(number: int, what: str) -> str:
    """Return ``1 row`` and ``1,200 rows``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def listed(names: list[str]) -> str:
    """Return the first three names, and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
