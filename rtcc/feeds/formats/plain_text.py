"""Makes of what a source wrote a text that a field may hold: no control characters, no longer than allowed."""

from __future__ import annotations

import hashlib
import re

MOST_ID = 64
#: A cut id keeps so much of what it was, so that people still know it.
_KEPT = 43
_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MUCH_SPACE = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n\s*\n\s*\n+")


def line(value: object, longest: int) -> str | None:
    """Return the text on one line, cut to length; None where nothing is left of it, or where it is no text."""
    if not isinstance(value, str):
        return None
    return _cut(" ".join(_CONTROL.sub(" ", _BREAKS.sub(" ", value)).split()), longest)


def story(value: object, longest: int) -> str | None:
    """Return the text with its lines kept, cut to length; None where nothing is left of it, or where it is no text."""
    if not isinstance(value, str):
        return None
    lines = _CONTROL.sub(" ", _BREAKS.sub("\n", value)).split("\n")
    text = "\n".join(_MUCH_SPACE.sub(" ", each).strip() for each in lines).strip()
    return _cut(_MANY_LINES.sub("\n\n", text), longest)


def short_id(value: str) -> str:
    """Return an id that fits: as it is where it does, otherwise its beginning and a hash of all of it."""
    plain = line(value, len(value) + 1) or ""
    if plain == value and len(value) <= MOST_ID:
        return value
    digest = hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=10).hexdigest()
    return f"{plain[:_KEPT]}~{digest}"


def _cut(text: str, longest: int) -> str | None:
    if len(text) > longest:
        text = text[: longest - 1].rstrip() + "…"
    return text or None
