"""How the web process and the one that answers for the past speak: frames, each with a head that says how it went."""

from __future__ import annotations

import struct
from typing import Any

import orjson

#: How it went, and how many bytes follow. A question has no status yet.
HEAD = struct.Struct(">BI")
ASKED, ANSWERED, UNKNOWN, NO_PLACE, FAILED = range(5)


def framed(content: dict[str, Any]) -> bytes:
    """Return a question, or the settings, as a frame."""
    body = orjson.dumps(content)
    return HEAD.pack(ASKED, len(body)) + body
