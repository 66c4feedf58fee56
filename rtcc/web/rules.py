"""The rules of who may use what: each route and callback names one, and one check asks it (see check.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rtcc.access import keys as scopes
from rtcc.web.viewer import OVERSEERS, Viewer

#: Where the rule and what is recorded stand among what FastAPI keeps of a route.
DECLARED: Final = "x-access"
RECORDED: Final = "x-audit"
#: A route that changes something and yet leaves no record of its own: it says so, and why stands beside it.
UNRECORDED: Final = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom it allows; ``doing`` completes the sentence that refuses the others, ``scope`` is what a key needs."""

    says: str
    allows: Callable[[Viewer], bool]
    doing: str = "this"
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the record says of a request: the action, and of which kind and path parameter its subject is."""

    action: str
    subject: tuple[str, str] | None = None


def by(rule: Rule, audit: str | None = None, subject: tuple[str, str] | None = None) -> dict[str, Any]:
    """Return what a route declares: ``openapi_extra=by(OPERATE)``.

    ``audit`` is the action under which each use goes on record; without it what changes anything is recorded under
    its method and path. ``subject`` is the kind of what it is about, and the path parameter with its id.
    """
    declared: dict[str, Any] = {DECLARED: rule}
    if audit is not None:
        declared[RECORDED] = Recorded(audit, subject)
    return declared


def _watches(viewer: Viewer) -> bool:
    if viewer.by == "key":
        # A key of a program that only pushes sees no more than whoever says nothing.
        return viewer.scope == scopes.OPERATE or str(viewer.scope).startswith("read:") or viewer.audience == "wall"
    return viewer.by != "nobody"


OPEN = Rule("everybody", lambda _: True)
WATCH = Rule(
    "a session, a wall device, a key with scope read:<audience> or operate; on loopback alone anyone", _watches
)
SIGNED = Rule("a session", lambda viewer: viewer.by == "session", "what is for people")
OPERATE = Rule(
    "a session of a dispatcher, supervisor or admin, or a key with scope operate",
    lambda viewer: viewer.operates,
    "answering alarms",
    scopes.OPERATE,
)
WRITE = Rule(
    "a session of a dispatcher, supervisor, officer or admin, or a key with scope operate",
    lambda viewer: viewer.writes,
    "writing notes",
    scopes.OPERATE,
)
OVERSEE = Rule(
    "a session of a supervisor or admin, or a key with scope read:supervisor or read:admin",
    lambda viewer: viewer.audience in OVERSEERS,
    "seeing to the center",
    "read:supervisor",
)
ADMINISTER = Rule(
    "a session of an admin",
    # Whoever came with a key that reads as an admin does not command as one.
    lambda viewer: viewer.by == "session" and viewer.audience == "admin" and viewer.operates,
    "what administrators do",
)
INGEST = Rule(
    "a key with scope ingest",
    lambda viewer: viewer.by == "key" and viewer.scope == scopes.INGEST,
    "pushing events",
    scopes.INGEST,
)
FEED = Rule(
    "a key with scope feed:<name> of that feed",
    lambda viewer: viewer.by == "key" and str(viewer.scope).startswith(scopes.FEED),
    "pushing a feed",
    "feed:<name>",
)
