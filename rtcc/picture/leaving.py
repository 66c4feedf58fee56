"""When an entity leaves the live picture: a while after it ended, occurred, or had its last good fix, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rtcc.model import lifecycle
from rtcc.model.checks import parse_instant


def leaves_at(kind: str, fields: Mapping[str, Any] | None, occurred_at: datetime, after_s: Mapping[str, int]) -> str:
    """Say when an entity leaves the picture if what these fields say of its status wins, which occurred then.

    Return a Unix second, "0" for never, or "" where they have no word on it. ``after_s`` is
    ``Settings.leaves_after_s()``; ``fields`` are None for a withdrawal.
    """
    if fields is None:
        return ""
    if kind in lifecycle.LEAVE_BY_AGE:
        return str(int(occurred_at.timestamp()) + after_s[kind])
    if kind in lifecycle.LEAVES_BY:
        return _stale(fields, lifecycle.LEAVES_BY[kind], after_s[kind])
    field = lifecycle.LIFECYCLES.get(kind, ("", ()))[0]
    if field not in fields or kind not in lifecycle.ENDED:
        return ""
    if fields[field] not in lifecycle.ENDED[kind]:
        # A notice that nobody ends is over when it says so.
        return _stale(fields, "expires_at", 0) or "0"
    leaves = int(occurred_at.timestamp()) + after_s[kind]
    # An alarm that clears on its shelf is remembered for as long as the shelf lasts.
    shelved_until = parse_instant(fields.get("shelved_until"))
    return str(leaves if shelved_until is None else max(leaves, int(shelved_until.timestamp()) + 1))


def _stale(fields: Mapping[str, Any], name: str, after_s: int) -> str:
    if name not in fields:
        return ""
    until = parse_instant(fields[name])
    return "0" if until is None else str(int(until.timestamp()) + after_s)
