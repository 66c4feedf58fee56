"""The command line of a machine's operator: what it refuses, what it says, and dead letters from birth to redrive."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rtcc.picture.deadletters import LONGEST, MOST, DeadLetters
from rtcc.settings import Settings
from rtcc.store.connection import connect
from tests.running import PLAIN_CITY, Running, eventually, free_port, rtcc, running


def said(result: Any, *words: str) -> None:
    """Hold that a command ended with code 2 and one sentence that holds these words."""
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith("rtcc: ")
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in words), result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org", ""])
def test_only_loopback_is_served_before_there_are_accounts_and_tls(tmp_path: Path, host: str) -> None:
    """The one sentence says all that is missing, and how to get it."""
    refused = rtcc("web", "--host", host, "--data", str(tmp_path), cwd=tmp_path)
    said(refused, "rtcc users invite", "tls_certificate", "trusted_proxies", "RTCC_HOSTS")


def test_a_port_or_folder_in_use_is_said(rtcc_up: Running, tmp_path: Path) -> None:
    """A second `rtcc up` on the same port or the same data ends with a sentence, and the first one lives on."""
    port = str(rtcc_up.port)
    said(rtcc("up", "--no-simulator", "--port", port, "--data", str(tmp_path), cwd=tmp_path), port, "--port")
    said(rtcc("up", "--no-simulator", "--data", str(rtcc_up.data), cwd=tmp_path), str(rtcc_up.data), "--data")
    assert rtcc_up.is_ready()


@pytest.mark.parametrize("command", [["doctor"], ["feeds", "redrive"]])
def test_without_a_store_a_command_says_how_to_have_one(tmp_path: Path, command: list[str]) -> None:
    """No traceback: a sentence that names `rtcc up` and the setting; and another for a store that does not answer."""
    said(rtcc(*command, "--data", str(tmp_path), cwd=tmp_path), "rtcc up", "RTCC_REDIS_URL")
    nobody = f"unix://{tmp_path}/nobody.sock"
    said(rtcc(*command, "--data", str(tmp_path), cwd=tmp_path, RTCC_REDIS_URL=nobody), "does not answer")


def test_a_setting_that_cannot_be_is_said(tmp_path: Path) -> None:
    """The name of the setting and why, in one sentence; the same for a misspelt name in the file."""
    said(rtcc("doctor", cwd=tmp_path, RTCC_PORT="seventy"), "port")
    (tmp_path / "rtcc.toml").write_text("prot = 1\n")
    said(rtcc("doctor", cwd=tmp_path), "prot")


def test_a_dead_letter_is_shown_and_sent_again(rtcc_up: Running) -> None:
    """What was refused is kept with reason, source and bytes; once it can be taken, redrive brings it in."""
    data = ["--data", str(rtcc_up.data)]
    event = {"kind": "camera", "id": "letter-1", "agency": "SFPD", "source": "letters", "data": {"name": "Ann Roe"}}
    ahead = event | {"occurred_at": datetime.now(UTC).isoformat(), "data": {"name": "Ann Roe", "shoe_size": 9}}
    with rtcc_up.client("ingest") as source:
        assert source.post("/api/v1/events", json=ahead).status_code == 422
    shown = rtcc("doctor", *data, cwd=rtcc_up.data)
    assert shown.returncode == 0, shown.stderr
    assert "letters: data.shoe_size is not a known field" in shown.stdout
    assert "Ann Roe" not in shown.stdout, "a letter's bytes may hold names: they are shown only when asked for"
    assert "Ann Roe" in rtcc("doctor", "--raw", *data, cwd=rtcc_up.data).stdout
    store = connect(Settings(data_dir=rtcc_up.data))
    letters = DeadLetters(store)
    (letter,) = (letter for letter in letters.all() if letter.source == "letters")
    assert json.loads(letter.raw) == ahead
    letters.add(
        "letters", "It could not be taken then.", json.dumps(event | {"occurred_at": ahead["occurred_at"]}).encode()
    )
    kept = len(letters)
    driven = rtcc("feeds", "redrive", *data, cwd=rtcc_up.data)
    assert driven.stdout.startswith("1 dead letters were sent again")
    eventually(lambda: rtcc_up.picture(None).get("camera", {}).get("letter-1") == {"name": "Ann Roe"})
    assert len(letters) == kept - 1
    store.close()


def test_dead_letters_are_bounded_in_number_and_size(tmp_path: Path, rtcc_up: Running) -> None:
    """One bad export cannot fill the store: each letter is cut, and the oldest give way."""
    store = connect(Settings(data_dir=rtcc_up.data))
    letters = DeadLetters(store)
    letters.add("big", "It is too long.", b"x" * (LONGEST + 1))
    (newest,) = letters.newest(1)
    assert (len(newest.raw), newest.whole) == (LONGEST, False)
    letters.add_all(("many", "It is one of many.", b"{") for _ in range(MOST + 10))
    assert len(letters) == MOST
    store.close()
    driven = rtcc("feeds", "redrive", "--data", str(rtcc_up.data), cwd=tmp_path)
    assert f"{MOST:,} still cannot be read" in driven.stdout


def test_a_revoked_key_opens_nothing_from_then_on(rtcc_up: Running) -> None:
    """The running server knows at once."""
    data = ["--data", str(rtcc_up.data)]
    key = rtcc("keys", "create", "short-lived", "--scope", "read:admin", *data, cwd=rtcc_up.data).stdout.strip()
    with rtcc_up.client() as client:
        headers = {"Authorization": f"Bearer {key}"}
        assert client.get("/api/v1/picture", headers=headers).status_code == 200
        rtcc("keys", "revoke", "short-lived", *data, cwd=rtcc_up.data)
        assert client.get("/api/v1/picture", headers=headers).status_code == 401


def test_the_data_folder_is_its_owners_alone(rtcc_up: Running) -> None:
    """Data, store and keys can be read by nobody else on the machine."""
    for name, mode in {".": 0o700, "store": 0o700, "keys.json": 0o600}.items():
        assert stat.S_IMODE((rtcc_up.data / name).stat().st_mode) == mode


def test_an_odd_and_long_data_folder_will_do(tmp_path: Path) -> None:
    """Its store's socket lies elsewhere where the path is too long for one; blanks and signs in it are taken."""
    data = tmp_path / ("a long name, 100 % odd & für #1? " * 4).strip()
    with running(data) as instance, instance.client("ingest") as source:
        event = {"kind": "camera", "id": "odd", "agency": "a", "source": "b", "data": {"name": "odd"}}
        answer = source.post("/api/v1/events", json=event | {"occurred_at": datetime.now(UTC).isoformat()})
        assert answer.status_code == 202
        eventually(lambda: "odd" in instance.picture(None).get("camera", {}))
        instance.stop(signal.SIGINT)
    assert not [pid for pid in Path("/proc").glob("[0-9]*") if _names(pid, data)]


def _names(process: Path, data: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.fsencode(data) in (process / "cmdline").read_bytes()
    return False


def test_a_city_that_cannot_be_built_is_said(tmp_path: Path) -> None:
    """Nothing is started on a ground that is not there: one sentence and exit code 2."""
    recipe = tmp_path / "recipe"
    shutil.copytree(PLAIN_CITY, recipe)
    (recipe / "beats.geojson").write_text("")
    command = ["up", "--city", str(recipe), "--data", str(tmp_path / "data"), "--port", str(free_port())]
    result = rtcc(*command, cwd=tmp_path)
    said(result, f"{recipe / 'beats.geojson'} is empty.")
    assert "RTCC is live" not in result.stdout
