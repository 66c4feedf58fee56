"""`rtcc users link`: an address alone on its line, that works here or where one says; else one sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtcc.cli import main
from tests.running import Running, environment, rtcc
from tests.signing_in import browser

Run = Callable[..., tuple[str, str, int]]
TOKEN = "[A-Za-z0-9_-]{43}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `rtcc users link` as if it were typed; give what it printed, what it said beside it, and its exit code."""
    for name in [name for name in environment() if name.startswith("RTCC_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[str, str, int]:
        monkeypatch.setattr(sys, "argv", ["rtcc", "users", "link", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return printed.out, printed.err, int(ended.value.code or 0)

    return run


def test_the_address_is_printed_alone_and_signs_in(rtcc_up: Running) -> None:
    """The running server's own address, with its port, and a token that is in no log and works once."""
    made = rtcc("users", "link", "Ann Roe", "--role", "wall", "--data", str(rtcc_up.data), cwd=rtcc_up.data)
    assert (made.returncode, made.stderr) == (0, "")
    assert re.fullmatch(rf"{re.escape(rtcc_up.address)}/login/{TOKEN}\n", made.stdout)
    with browser(rtcc_up) as client:
        assert client.post(made.stdout.strip()).status_code == 303
        assert client.get("/api/v1/me").json()["name"] == "Ann Roe"
    assert made.stdout.strip().rpartition("/")[2] not in rtcc_up.logs()


def test_the_address_can_be_that_of_a_proxy(rtcc_up: Running, run: Run) -> None:
    """Where browsers reach it by another name, that name stands in the address."""
    address = "https://center.example.org/"
    out, err, code = run("Bo Díaz", "--role", "officer", "--data", str(rtcc_up.data), "--address", address)
    assert (err, code) == ("", 0)
    assert re.fullmatch(rf"https://center\.example\.org/login/{TOKEN}\n", out)


@pytest.mark.parametrize(
    ("name", "role", "sentence"),
    [
        ("", "wall", "name is empty, too long or no plain text; it must be text of 1 to 64 printable characters"),
        ("a" * 65, "wall", "name is empty, too long or no plain text;"),
        ("a\x07", "wall", "name is empty, too long or no plain text;"),
        (
            "Ann",
            "boss",
            "role is no known role; it must be one of dispatcher, supervisor, analyst, officer, admin, wall.",
        ),
    ],
)
def test_an_odd_name_or_role_is_said(rtcc_up: Running, run: Run, name: str, role: str, sentence: str) -> None:
    """One sentence with the field and what is allowed; nothing is printed that looks like an address."""
    out, err, code = run(name, "--role", role, "--data", str(rtcc_up.data))
    assert (out, code, err.count("\n")) == ("", 2, 1)
    assert err.startswith(f"rtcc: {sentence}")


def test_without_a_store_it_says_how_to_have_one(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing runs: what to start; where the store does not answer: that."""
    out, err, code = run("Ann Roe", "--role", "wall", "--data", str(tmp_path))
    assert (out, code, err.count("\n")) == ("", 2, 1)
    assert "start `rtcc up` with the same --data" in err
    monkeypatch.setenv("RTCC_REDIS_URL", f"unix://{tmp_path}/nobody.sock")
    out, err, code = run("Ann Roe", "--role", "wall", "--data", str(tmp_path))
    assert (out, code, err.count("\n")) == ("", 2, 1)
    assert "does not answer" in err
