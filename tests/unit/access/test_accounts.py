"""Accounts: one for each name however it is written, changed by nobody by mistake, and shut when they should be."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtcc.access.accounts import AccountRefusedError, Accounts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path)


@pytest.mark.parametrize("name", ["Ann Roe", "ANN ROE", "ann roe"])
def test_a_name_is_the_same_however_it_is_written(accounts: Accounts, name: str) -> None:
    """Capital letters make nobody else, and the name stays as it was first given."""
    accounts.ensure("Ann Roe", "dispatcher")
    account = accounts.ensure(name, "officer")
    assert (account.name, account.roles) == ("Ann Roe", ("dispatcher", "officer"))
    assert [each.name for each in accounts.all()] == ["Ann Roe"]


def test_composed_letters_make_nobody_else(accounts: Accounts) -> None:
    """An í of one keyboard is that of another, which sends two characters for it; so is a ß a double s."""
    accounts.ensure("Bo D\u00edaz", "officer")
    assert accounts.get("bo di\u0301az") == accounts.get("Bo D\u00edaz") is not None
    accounts.ensure("Straßer", "officer")
    assert accounts.get("STRASSER") is not None


@pytest.mark.parametrize("name", ["", " ", " Ann", "Ann ", "a" * 65, "a\nb", "Ann\u202e"])
def test_what_is_no_name_is_refused(accounts: Accounts, name: str) -> None:
    """With a sentence, and nothing is kept."""
    with pytest.raises(AccountRefusedError, match=r"^name is .*\.$"):
        accounts.ensure(name, "officer")
    assert accounts.all() == []


@pytest.mark.parametrize("roles", [[], ["boss"], ["public"], ["admin", ""]])
def test_what_is_no_role_is_refused(accounts: Accounts, roles: list[str]) -> None:
    """Nobody can be given what there is not, or nothing at all."""
    accounts.ensure("Ann", "officer")
    with pytest.raises(AccountRefusedError, match=r"^roles? is .*\.$"):
        accounts.set_roles("Ann", roles)
    account = accounts.get("Ann")
    assert account is not None
    assert account.roles == ("officer",)


def test_nobody_can_be_changed_who_is_not_there(accounts: Accounts) -> None:
    """Every change of an unknown account says that there is none, and makes none."""
    changes = [
        lambda: accounts.set_roles("Ann", ["admin"]),
        lambda: accounts.set_password("Ann", "x"),
        lambda: accounts.set_first_password("Ann", "x"),
        lambda: accounts.set_second_factor("Ann", "x", []),
        lambda: accounts.use_step("Ann", 1),
        lambda: accounts.use_recovery("Ann", "x"),
        lambda: accounts.bind("Ann", "x"),
        lambda: accounts.used("Ann"),
        lambda: accounts.lock("Ann"),
        lambda: accounts.unlock("Ann"),
        lambda: accounts.disable("Ann", "gone"),
        lambda: accounts.enable("Ann"),
        lambda: accounts.reset("Ann"),
    ]
    for change in changes:
        with pytest.raises(AccountRefusedError, match=r"^There is no account named Ann;"):
            change()
    assert accounts.all() == []


def test_who_leaves_a_role_or_is_disabled_is_in_no_more(accounts: Accounts) -> None:
    """A session goes on only in a role that its account still has, of one that is not shut; another process counts."""
    accounts.ensure("Ann", "dispatcher", NOW)
    server = Accounts(accounts._file._file.parent)
    assert server.stands("ann", "dispatcher", NOW)
    assert not server.stands("Ann", "admin", NOW)
    assert not server.stands("Bo", "dispatcher", NOW)
    accounts.set_roles("Ann", ["officer"], NOW)
    assert not server.stands("Ann", "dispatcher", NOW)
    assert server.stands("Ann", "officer", NOW)
    accounts.disable("Ann", "left the agency", NOW)
    assert not server.stands("Ann", "officer", NOW)
    accounts.enable("Ann", NOW)
    assert server.stands("Ann", "officer", NOW)


def test_an_account_that_nobody_uses_for_90_days_is_shut(accounts: Accounts) -> None:
    """Counted from the last sign-in, or from when it was made or enabled; a lock is another thing and ends nothing."""
    accounts.ensure("Ann", "officer", NOW)
    days = timedelta(days=90)
    assert accounts.stands("Ann", "officer", NOW + days)
    assert not accounts.stands("Ann", "officer", NOW + days + timedelta(seconds=1))
    accounts.used("Ann", NOW + days)
    assert accounts.stands("Ann", "officer", NOW + 2 * days)
    late = NOW + 2 * days + timedelta(seconds=1)
    account = accounts.get("Ann")
    assert account is not None
    assert accounts.shut(account, late) == "unused"
    accounts.enable("Ann", late)
    assert accounts.stands("Ann", "officer", late + days)
    accounts.lock("Ann", late)
    assert accounts.stands("Ann", "officer", late)


def test_of_a_lock_the_beginning_is_kept(accounts: Accounts) -> None:
    """Locking a locked account changes nothing; unlocking and resetting open it."""
    accounts.ensure("Ann", "officer")
    assert accounts.lock("Ann", NOW).locked_at == accounts.lock("Ann", NOW + timedelta(days=1)).locked_at is not None
    assert accounts.unlock("Ann").locked_at is None
    accounts.lock("Ann", NOW)
    assert accounts.reset("Ann").locked_at is None


def test_a_time_step_is_taken_once_and_none_before_it(accounts: Accounts) -> None:
    """Whoever read a code over somebody's shoulder comes too late with it."""
    accounts.ensure("Ann", "officer")
    assert [accounts.use_step("Ann", step) for step in (5, 5, 4, 6, 5, 6, 7)] == [
        True, False, False, True, False, False, True,
    ]  # fmt: skip


def test_a_recovery_code_is_taken_once(accounts: Accounts) -> None:
    """Each by itself; the others stay good; one that was never given is none."""
    accounts.ensure("Ann", "officer")
    accounts.set_second_factor("Ann", "secret", ["a", "b"], step=9)
    assert [accounts.use_recovery("Ann", code) for code in ("c", "a", "a", "b", "b")] == [
        False, True, False, True, False,
    ]  # fmt: skip


def test_a_first_password_is_set_once(accounts: Accounts) -> None:
    """An invitation that was used after another one changes nothing; after a reset a new one may."""
    accounts.ensure("Ann", "officer")
    accounts.set_first_password("Ann", "one")
    with pytest.raises(AccountRefusedError, match="has a password already"):
        accounts.set_first_password("Ann", "two")
    reset = accounts.reset("Ann")
    assert (reset.password, reset.totp, reset.recovery) == (None, None, ())
    assert accounts.set_first_password("Ann", "two").password == "two"


def test_a_new_hash_replaces_only_the_one_it_was_made_of(accounts: Accounts) -> None:
    """Whoever changed the password in the meantime keeps the new one."""
    accounts.ensure("Ann", "officer")
    accounts.set_password("Ann", "new")
    accounts.rehash("Ann", "old", "old again")
    account = accounts.get("Ann")
    assert account is not None
    assert account.password == "new"


def test_a_provider_vouches_for_one_account_each(accounts: Accounts) -> None:
    """A person there is one account here, and an account here is one person there."""
    for name in ("Ann", "Bo"):
        accounts.ensure(name, "officer")
    accounts.bind("Ann", "https://id.example ann")
    found = accounts.by_subject("https://id.example ann")
    assert found is not None
    assert found.name == "Ann"
    for name, subject in (("Bo", "https://id.example ann"), ("Ann", "https://id.example bo")):
        with pytest.raises(AccountRefusedError, match="bound already"):
            accounts.bind(name, subject)
    assert accounts.by_subject("https://id.example bo") is None


@pytest.mark.parametrize("why", ["", "x" * 201, "a\nb"])
def test_why_somebody_is_kept_out_is_said(accounts: Accounts, why: str) -> None:
    """In one line."""
    accounts.ensure("Ann", "officer")
    with pytest.raises(AccountRefusedError, match=r"^why is .*\.$"):
        accounts.disable("Ann", why)


def test_the_file_is_for_its_owner_alone(accounts: Accounts, tmp_path: Path) -> None:
    """It holds hashes of passwords and the secrets of second factors."""
    accounts.ensure("Ann", "officer")
    assert stat.S_IMODE((tmp_path / "accounts.json").stat().st_mode) == 0o600
