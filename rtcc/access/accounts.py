"""The people who have an account here, in a file of the data folder that only its owner can read."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rtcc.access.account import Account, Shut, account_of, folded
from rtcc.access.kept_file import KeptFile
from rtcc.access.roles import ROLES
from rtcc.access.visibility import Audience
from rtcc.model.event import iso

UNUSED_DAYS = 90


class AccountRefusedError(ValueError):
    """What cannot be done with an account; the message says why in one sentence."""


class Accounts:
    """The accounts of one installation. Reads the file again when another process has changed it.

    Names are the same however they are written (capital letters, composed letters). What changes an account waits for
    the disk: ask it in a thread where others must not wait. Every such method raises AccountRefusedError where there is
    no such account.
    """

    def __init__(self, data_dir: Path, unused_days: int = UNUSED_DAYS) -> None:
        """Use the file in this data folder, which need not exist yet."""
        self._file = KeptFile(data_dir / "accounts.json", account_of)
        self.unused_days = unused_days

    def all(self) -> list[Account]:
        """Return every account by name."""
        return sorted(self._file.current().values(), key=lambda account: folded(account.name))

    def get(self, name: str) -> Account | None:
        """Return the account of this name."""
        return self._file.current().get(folded(name))

    def by_subject(self, subject: str) -> Account | None:
        """Return the account whose owner an OpenID provider knows so."""
        return next((one for one in self._file.current().values() if one.subject == subject), None)

    def stands(self, name: str, role: str, now: datetime | None = None) -> bool:
        """Say whether a session of this name may go on in this role: asked on every request, and quick."""
        account = self.get(name)
        return account is not None and role in account.roles and self.shut(account, now) is None

    def shut(self, account: Account, now: datetime | None = None) -> Shut | None:
        """Return why nobody comes in by an account, None where its owner does."""
        return account.shut(now or datetime.now(UTC), self.unused_days)

    def ensure(self, name: str, role: str, now: datetime | None = None) -> Account:
        """Return the account of this name that has this role: a new one, or the one there is, with the role added."""
        known = _role(role)
        require_name(name)
        with self._file.changing() as accounts:
            account = accounts.get(folded(name))
            if account is None:
                account = Account(name, (known,), _at(now))
            elif known not in account.roles:
                account = replace(account, roles=(*account.roles, known), changed_at=_at(now))
            accounts[folded(name)] = account
            return account

    def set_roles(self, name: str, roles: Iterable[str], now: datetime | None = None) -> Account:
        """Let somebody be this and nothing else; a session begins as the first."""
        known = known_roles(roles)
        return self._change(name, lambda account: replace(account, roles=known, changed_at=_at(now)))

    def set_password(self, name: str, hashed: str, now: datetime | None = None) -> Account:
        """Keep the hash of a password."""
        return self._change(name, lambda account: replace(account, password=hashed, changed_at=_at(now)))

    def set_first_password(self, name: str, hashed: str, now: datetime | None = None) -> Account:
        """Keep the hash of a password where there is none yet; refused where there is."""

        def set_(account: Account) -> Account:
            if account.password is not None:
                raise AccountRefusedError(f"The account of {account.name} has a password already.")
            return replace(account, password=hashed, changed_at=_at(now))

        return self._change(name, set_)

    def rehash(self, name: str, before: str, hashed: str) -> None:
        """Keep another hash of the same password, where it is still the same."""
        self._change(name, lambda account: replace(account, password=hashed) if account.password == before else account)

    def set_second_factor(
        self, name: str, secret: str, recovery: Iterable[str], step: int = 0, now: datetime | None = None
    ) -> Account:
        """Keep a second factor's secret, the hashes of its recovery codes, and the step of the code that proved it."""
        codes = tuple(recovery)
        return self._change(
            name,
            lambda account: replace(account, totp=secret, totp_step=step, recovery=codes, changed_at=_at(now)),
        )

    def set_recovery(self, name: str, recovery: Iterable[str], now: datetime | None = None) -> Account:
        """Keep the hashes of new recovery codes instead of the old ones."""
        codes = tuple(recovery)
        return self._change(name, lambda account: replace(account, recovery=codes, changed_at=_at(now)))

    def use_step(self, name: str, step: int) -> bool:
        """Take the code of a time step, once: say whether it, and every later one, had not been taken yet."""
        before = after = 0

        def take(account: Account) -> Account:
            nonlocal before, after
            before, after = account.totp_step, max(account.totp_step, step)
            return replace(account, totp_step=after)

        self._change(name, take)
        return after > before

    def use_recovery(self, name: str, hashed: str) -> bool:
        """Take a recovery code by its hash, once: say whether it was one that is still good."""
        taken = False

        def take(account: Account) -> Account:
            nonlocal taken
            left = tuple(code for code in account.recovery if not hmac.compare_digest(code, hashed))
            taken = len(left) < len(account.recovery)
            return replace(account, recovery=left)

        self._change(name, take)
        return taken

    def bind(self, name: str, subject: str, now: datetime | None = None) -> Account:
        """Let an OpenID provider vouch for the owner; refused where another account is that subject's already."""
        with self._file.changing() as accounts:
            account = _there(accounts.get(folded(name)), name)
            if account.subject not in {None, subject} or any(
                one.subject == subject for one in accounts.values() if one is not account
            ):
                raise AccountRefusedError(f"The account of {account.name} or that person there is bound already.")
            accounts[folded(name)] = account = replace(account, subject=subject, changed_at=_at(now))
            return account

    def used(self, name: str, now: datetime | None = None) -> Account:
        """Note that its owner has signed in."""
        return self._change(name, lambda account: replace(account, last_used_at=_at(now)))

    def lock(self, name: str, now: datetime | None = None) -> Account:
        """Let nobody sign in by it until it is unlocked; one that is locked stays locked since then."""
        return self._change(name, lambda account: replace(account, locked_at=account.locked_at or _at(now)))

    def lock_if_there(self, name: str, now: datetime | None = None) -> bool:
        """Lock the account of this name, and say whether there is one; where there is none it takes as long."""
        with self._file.changing(always=True) as accounts:
            account = accounts.get(folded(name))
            if account is not None:
                accounts[folded(name)] = replace(account, locked_at=account.locked_at or _at(now))
            return account is not None

    def unlock(self, name: str) -> Account:
        """Let its owner sign in again after failed attempts."""
        return self._change(name, lambda account: replace(account, locked_at=None))

    def disable(self, name: str, why: str, now: datetime | None = None) -> Account:
        """Let nobody in by it, and end what its sessions may, at once."""
        require_reason(why)
        return self._change(
            name,
            lambda account: replace(account, disabled_at=_at(now), disabled_why=why, changed_at=_at(now)),
        )

    def enable(self, name: str, now: datetime | None = None) -> Account:
        """Let its owner in again, and begin anew to count the days without use."""
        return self._change(
            name,
            lambda account: replace(
                account, disabled_at=None, disabled_why=None, enabled_at=_at(now), changed_at=_at(now)
            ),
        )

    def reset(self, name: str, now: datetime | None = None) -> Account:
        """Forget by what its owner proved who they are, and the lock; they begin with a new invitation."""
        return self._change(
            name,
            lambda account: replace(
                account, password=None, totp=None, totp_step=0, recovery=(), locked_at=None, changed_at=_at(now)
            ),
        )

    def _change(self, name: str, change: Callable[[Account], Account]) -> Account:
        with self._file.changing() as accounts:
            changed = accounts[folded(name)] = change(_there(accounts.get(folded(name)), name))
            return changed


def require_name(name: str) -> None:
    """Refuse what is no name for a person. Raises AccountRefusedError."""
    if not (0 < len(name) <= 64 and name.isprintable() and name.strip() == name):
        raise AccountRefusedError(
            "name is empty, too long or no plain text; it must be text of 1 to 64 printable characters, "
            "without a space at either end."
        )


def require_reason(why: str) -> None:
    """Refuse what does not say why somebody is kept out. Raises AccountRefusedError."""
    if not (0 < len(why) <= 200 and why.isprintable()):
        raise AccountRefusedError("why is empty or too long; it must be text of 1 to 200 printable characters.")


def known_roles(roles: Iterable[str]) -> tuple[Audience, ...]:
    """Return each of these roles once. Raises AccountRefusedError where one is none, or there is none."""
    known = tuple(dict.fromkeys(_role(role) for role in roles))
    if not known:
        raise AccountRefusedError(f"roles is empty; it must name one or more of {', '.join(ROLES)}.")
    return known


def _there(account: Account | None, name: str) -> Account:
    if account is None:
        raise AccountRefusedError(f"There is no account named {name}; `rtcc users list` shows them.")
    return account


def _role(role: str) -> Audience:
    known = next((each for each in ROLES if each == role), None)
    if known is None:
        raise AccountRefusedError(f"role is no known role; it must be one of {', '.join(ROLES)}.")
    return known


def _at(now: datetime | None) -> str:
    return iso(now or datetime.now(UTC))
