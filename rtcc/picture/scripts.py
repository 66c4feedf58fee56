"""The scripts that change the picture, each with the part they share."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def read_script(name: str) -> str:
    """Return a script as the store takes it; each begins with what tells the stream."""
    return (_FOLDER / "tell.lua").read_text() + (_FOLDER / name).read_text()
