"""What an account is: a person's name here, what they may be, and how they prove who they are."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from rtcc.access.visibility import Audience

#: Why an account lets nobody in, in the order in which it is asked.
Shut = Literal["disabled", "unused"]


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. Its instants are ISO 8601 texts in UTC."""

    name: str
    #: What its owner may be here; a session begins as the first.
    roles: tuple[Audience, ...]
    created_at: str
    #: Hash of the password, None where none is set.
    password: str | None = None
    #: Secret of the second factor, None where none is set up.
    totp: str | None = None
    #: The last time step whose code was taken: no code is taken twice.
    totp_step: int = 0
    #: Hashes of the recovery codes that are still good.
    recovery: tuple[str, ...] = ()
    #: By whom, and as whom there, an OpenID provider knows its owner.
    subject: str | None = None
    last_used_at: str | None = None
    #: Since when failed attempts keep it shut, until an administrator opens it.
    locked_at: str | None = None
    disabled_at: str | None = None
    disabled_why: str | None = None
    enabled_at: str | None = None
    changed_at: str | None = None

    @property
    def has_second_factor(self) -> bool:
        """Whether a second factor is set up."""
        return self.totp is not None

    def shut(self, now: datetime, unused_days: int) -> Shut | None:
        """Return why nobody comes in by this account, None where its owner does; a lock is another thing."""
        if self.disabled_at is not None:
            return "disabled"
        return "unused" if now - self.alive_at() > timedelta(days=unused_days) else None

    def alive_at(self) -> datetime:
        """Return when somebody last had to do with it: used, made or enabled it."""
        known = (self.last_used_at, self.created_at, self.enabled_at)
        return max(datetime.fromisoformat(instant) for instant in known if instant is not None)


def account_of(fields: dict[str, Any]) -> Account:
    """Return an account of the fields that a file keeps."""
    return Account(**fields | {"roles": tuple(fields["roles"]), "recovery": tuple(fields["recovery"])})


def folded(name: str) -> str:
    """Return what is the same for all ways to write a name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
