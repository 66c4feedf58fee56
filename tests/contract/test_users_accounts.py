"""`rtcc users` and the first start: accounts made, changed, locked out and let in again, each on record."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rtcc.access.accounts import Accounts
from rtcc.cli import main
from rtcc.cli.first_admin import FIRST, first_admin_address, tell_first_admin_once
from rtcc.settings import Settings
from tests.at_the_door import PASSWORD, DoorOf, sign_in, who
from tests.running import Running, environment, eventually

Run = Callable[..., tuple[str, str, int]]
ADDRESS = r"http://127\.0\.0\.1:\d+/login/([A-Za-z0-9_-]{43})\n"


@pytest.fixture
def data(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose store is the one of the tests."""
    for name in [name for name in environment() if name.startswith("RTCC_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RTCC_REDIS_URL", (settings.data_dir / "store" / "address").read_text().strip())
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `rtcc users` as if it were typed; give what it printed, what it said beside it, and its exit code."""

    def run(*arguments: str) -> tuple[str, str, int]:
        monkeypatch.setattr(sys, "argv", ["rtcc", "users", *arguments, "--data", str(data)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return printed.out, printed.err, int(ended.value.code or 0)

    return run


def records(data: Path) -> list[tuple[str, Any]]:
    """Return what stands on record: each action and its subject."""
    lines = [line for file in sorted((data / "audit").glob("*.jsonl")) for line in file.read_text().splitlines()]
    said = [json.loads(line) for line in lines]
    assert {record["by"] for record in said} == {"cli"}
    assert all(record["who"].startswith("cli:") for record in said)
    return [(record["action"], record["subject"]) for record in said]


def test_an_account_lives_by_commands(run: Run, data: Path, settings: Settings) -> None:
    """Invited, listed, given roles, kept out, let in, unlocked; each silent where it works, and on record."""
    accounts = Accounts(data)
    out, err, code = run("invite", "Ann Roe", "--role", "officer")
    assert (err, code) == ("", 0)
    assert re.fullmatch(ADDRESS, out)
    assert run("list") == ("Ann Roe\tofficer\tinvited\tnever\n", "", 0)
    assert run("roles", "ann roe", "--role", "dispatcher", "--role", "supervisor") == ("", "", 0)
    accounts.set_password("Ann Roe", "x")
    assert run("list")[0] == "Ann Roe\tdispatcher,supervisor\topen\tnever\n"
    assert run("disable", "Ann Roe", "--why", "left the agency") == ("", "", 0)
    assert run("list")[0] == "Ann Roe\tdispatcher,supervisor\tdisabled: left the agency\tnever\n"
    for command in ("link", "invite"):
        out, err, code = run(command, "Ann Roe", "--role", "officer")
        assert (out, code, err.count("\n")) == ("", 2, 1)
    assert run("enable", "Ann Roe") == ("", "", 0)
    accounts.lock("Ann Roe")
    assert run("list")[0] == "Ann Roe\tdispatcher,supervisor\tlocked\tnever\n"
    out, err, code = run("link", "Ann Roe", "--role", "dispatcher")
    assert (out, code) == ("", 2)
    assert err == "rtcc: The account of Ann Roe is locked; `rtcc users unlock` opens it.\n"
    assert run("unlock", "Ann Roe") == ("", "", 0)
    assert re.fullmatch(ADDRESS, run("link", "Ann Roe", "--role", "dispatcher")[0])
    subject = ["account", "Ann Roe"]
    assert records(data) == [
        ("invitation made", subject),
        ("account changed", subject),
        ("account disabled", subject),
        ("account enabled", subject),
        ("account unlocked", subject),
        ("invitation made", subject),
    ]


def test_a_reset_makes_everything_before_it_worthless(run: Run, data: Path, settings: Settings) -> None:
    """Password, second factor and what is open; the address that it prints is where both are set anew."""
    door = DoorOf(settings, data, second_factor=False)
    door.with_password("Ann Roe", "officer", factor=True)
    door.accounts.set_second_factor("Ann Roe", "JBSWY3DPEHPK3PXP", ["x"])
    link = run("link", "Ann Roe", "--role", "officer")[0].partition("/login/")[2].strip()
    out, err, code = run("invite", "Ann Roe", "--role", "officer")
    assert (out, code) == ("", 2)
    assert err.startswith("rtcc: Ann Roe has a password; `rtcc users reset`")

    async def begins() -> str:
        async with door.browser() as ann:
            await ann.post(f"/login/{link}")
            assert await who(ann) == "Ann Roe"
            return ann.cookies["rtcc_session"]

    token = door.run(begins)
    out, err, code = run("reset", "Ann Roe")
    found = re.fullmatch(ADDRESS, out)
    assert (err, code) == ("", 0)
    assert found
    account = door.accounts.get("Ann Roe")
    assert account is not None
    assert (account.password, account.totp, account.recovery) == (None, None, ())
    again = DoorOf(settings, data, second_factor=False)

    async def later() -> tuple[str, int, int]:
        async with again.browser() as ann, again.browser() as anew:
            ann.cookies.set("rtcc_session", token)
            over = await who(ann)
            refused = (await sign_in(anew, "Ann Roe")).status_code
            set_ = await anew.post(f"/login/{found[1]}", data={"password": PASSWORD, "again": PASSWORD})
            return over, refused, set_.status_code

    assert again.run(later) == ("", 401, 303)


@pytest.mark.parametrize(
    "command",
    [["roles", "--role", "admin"], ["unlock"], ["disable", "--why", "gone"], ["enable"], ["reset"]],
    ids=lambda command: str(command[0]),
)
def test_who_is_not_there_cannot_be_changed(run: Run, data: Path, command: list[str]) -> None:
    """One sentence, nothing on record, and nobody is made by it."""
    out, err, code = run(command[0], "Nobody", *command[1:])
    assert (out, code) == ("", 2)
    assert err == "rtcc: There is no account named Nobody; `rtcc users list` shows them.\n"
    assert Accounts(data).all() == []
    assert not (data / "audit").exists()


@pytest.mark.parametrize(("role", "why"), [("boss", "x"), ("admin", "")])
def test_a_change_that_is_refused_is_said(run: Run, data: Path, role: str, why: str) -> None:
    """An unknown role, or keeping somebody out without saying why."""
    Accounts(data).ensure("Ann", "officer")
    command = ["roles", "Ann", "--role", role] if role == "boss" else ["disable", "Ann", "--why", why]
    out, err, code = run(*command)
    assert (out, code, err.count("\n")) == ("", 2, 1)
    assert "must be" in err
    assert not (data / "audit").exists()


def test_the_first_start_says_where_the_first_administrator_begins(rtcc_up: Running) -> None:
    """One line with an address that works once; its token stands in no log."""
    line = eventually(
        lambda: re.search(rf"^First administrator: {ADDRESS}", (rtcc_up.data / "up.log").read_text(), re.MULTILINE)
    )
    with rtcc_up.client() as client:
        shown = client.get(f"/login/{line[1]}")
    assert shown.status_code == 200
    assert "Set up your account" in shown.text
    assert FIRST in shown.text
    # Nor does the web process, whose words go into a log, tell it a second time.
    assert line[1] not in rtcc_up.logs()
    assert "First administrator" not in rtcc_up.logs()


def test_while_nobody_has_used_an_account_each_start_makes_a_new_address(data: Path, settings: Settings) -> None:
    """Until somebody has a password, has signed in, or is vouched for; who was only invited has none of these."""
    here = Settings(data_dir=data, redis_url=(settings.data_dir / "store" / "address").read_text().strip())
    accounts = Accounts(data)
    accounts.ensure("Ann", "officer")
    addresses = {first_admin_address(here) for _ in range(2)}
    assert len(addresses) == 2
    assert None not in addresses
    made = accounts.get(FIRST)
    assert made is not None
    assert made.roles == ("admin",)
    accounts.used("Ann")
    assert first_admin_address(here) is None


@pytest.mark.parametrize("away", [True, False])
def test_a_web_process_alone_tells_it_when_it_answers(
    data: Path, settings: Settings, capsys: pytest.CaptureFixture[str], away: bool
) -> None:
    """Beside its work; without a store it says why it cannot, and goes on."""
    address = "unix:///nowhere.sock" if away else (settings.data_dir / "store" / "address").read_text().strip()
    asked = Event()

    def is_ready() -> bool:
        before = asked.is_set()
        asked.set()
        return before

    waiting = tell_first_admin_once(Settings(data_dir=data, redis_url=address), is_ready, every_s=0.01)
    waiting.join(20)
    printed = capsys.readouterr()
    if away:
        assert (printed.out, printed.err) == (
            "", "rtcc: Nobody can say now who is signed in: the store does not answer.\n",
        )  # fmt: skip
    else:
        assert re.fullmatch(rf"First administrator: {ADDRESS}", printed.out)
