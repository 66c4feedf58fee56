"""What a session and a sign-in address are: who, as what, since when and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from rtcc.access.keys import Key
from rtcc.access.visibility import Audience

#: By what somebody signed in.
By = Literal["link", "password", "openid", "key"]


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a sign-in address is for.

    ``account``: there is an account of that name, without which it is worth nothing. ``enroll``: its page sets the
    account's password and second factor first.
    """

    name: str
    role: Audience
    account: bool = False
    enroll: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in. ``id`` may be shown and named; it opens nothing."""

    id: str
    name: str
    role: Audience
    operates: bool
    writes: bool
    created_at: str
    #: Scope and birth of the key it was begun with, None where that was something else.
    key_scope: str | None = None
    key_created_at: str | None = None
    by: By = "link"
    #: Whether it stands and falls with an account of that name.
    account: bool = False
    address: str = ""
    agent: str = ""
    #: Whether its screen is locked when nobody has touched it for long.
    locks: bool = True

    def key(self) -> Key | None:
        """Return the key it was begun with, without which it is worth nothing any more."""
        if self.key_scope is None or self.key_created_at is None:
            return None
        return Key(self.name, self.key_scope, self.key_created_at)


class Entrance(NamedTuple):
    """What is known of somebody who has just proved who they are."""

    name: str
    role: Audience
    by: By
    account: bool = False
    address: str = ""
    agent: str = ""
    locks: bool = True


class Found(NamedTuple):
    """A session as it stands now; ``seen_at`` and ``locked_at`` are Unix seconds."""

    session: Session
    seen_at: float
    locked_at: float | None

    @property
    def locked(self) -> bool:
        """Whether its screen must show nothing until its owner has proved to be there."""
        return self.locked_at is not None
