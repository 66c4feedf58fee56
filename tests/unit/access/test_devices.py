"""Registered devices: claimed once, bound to the address of their first use, kept as hashes, and revoked at once."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from rtcc.access.devices import OFFER, Device, DeviceRefusedError, Devices

HERE, ELSEWHERE = "192.0.2.10", "192.0.2.77"
NOW = datetime(2026, 1, 16, 18, 4, tzinfo=UTC)


@pytest.fixture
def devices(tmp_path: Path) -> Devices:
    return Devices(tmp_path)


def claimed(devices: Devices, token: str) -> str:
    """Return what the browser holds that claims this address."""
    got = devices.claim(token, HERE, "Some browser")
    assert got is not None
    return got[0]


def test_an_address_makes_one_browser_the_device(devices: Devices) -> None:
    """It shows which device it would make, is used up by the first claim, and opens nothing itself."""
    token = devices.register("Wall east", "wall")
    shown = devices.offered(token)
    assert shown is not None
    assert (shown.name, shown.kind, shown.claimed_at) == ("Wall east", "wall", None)
    assert devices.find(token, HERE) is None
    secret = claimed(devices, token)
    assert devices.offered(token) is None
    assert devices.was_claimed(token)
    assert devices.claim(token, HERE, "") is None
    found = devices.find(secret, HERE)
    assert found is not None
    assert (found.name, found.kind, found.address, found.agent) == ("Wall east", "wall", HERE, "Some browser")


def test_of_many_who_claim_at_once_one_becomes_the_device(devices: Devices) -> None:
    """However they race, one secret is given, and it is the one that opens."""
    token = devices.register("Wall east", "wall")
    together, got = Barrier(6), []

    def claim() -> None:
        together.wait()
        got.append(devices.claim(token, HERE, ""))

    threads = [Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = [one for one in got if one is not None]
    assert len(given) == 1
    assert devices.find(given[0][0], HERE) == given[0][1]


def test_it_is_bound_to_where_it_was_claimed_and_a_stray_use_is_told_once(tmp_path: Path) -> None:
    """From another address its secret opens nothing, which is told, but not again with every request."""
    told: list[tuple[str, str]] = []
    devices = Devices(tmp_path, lambda device, address: told.append((device.name, address)))
    secret = claimed(devices, devices.register("Wall east", "wall"))
    for _ in range(3):
        assert devices.find(secret, ELSEWHERE) is None
    assert told == [("Wall east", ELSEWHERE)]
    assert devices.find(secret, HERE) is not None


def test_one_of_any_address_may_move(devices: Devices) -> None:
    """Registered so, it is the device wherever it asks from."""
    secret = claimed(devices, devices.register("Van 3", "position", any_address=True))
    assert devices.find(secret, ELSEWHERE) is not None


def test_a_revoked_one_is_nothing_at_once_and_elsewhere_too(tmp_path: Path) -> None:
    """Another process that has found it a moment ago does not find it any more; its name is free again."""
    devices, another = Devices(tmp_path), Devices(tmp_path)
    token = devices.register("Wall east", "wall")
    secret = claimed(devices, token)
    assert another.find(secret, HERE) is not None
    assert devices.revoke("wall EAST") is not None
    assert another.find(secret, HERE) is None
    assert devices.revoke("Wall east") is None
    assert devices.register("Wall east", "wall") != token


def test_an_address_that_nobody_used_ends_and_frees_its_name(devices: Devices) -> None:
    """After a day it shows nothing and makes nothing; a used one does not end so."""
    late, token = NOW + OFFER + timedelta(seconds=1), devices.register("Wall east", "wall", now=NOW)
    assert devices.offered(token, NOW + OFFER) is not None
    assert devices.offered(token, late) is None
    assert devices.claim(token, HERE, "", late) is None
    again = devices.register("Wall east", "wall", now=late)
    assert devices.claim(again, HERE, "", late) is not None
    with pytest.raises(DeviceRefusedError, match="exists already"):
        devices.register("Wall east", "wall", now=late + OFFER * 9)


def test_nothing_that_opens_is_kept_and_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    """The file holds hashes alone, with mode 0600."""
    devices = Devices(tmp_path)
    token = devices.register("Wall east", "wall")
    secret = claimed(devices, token)
    file = tmp_path / "devices.json"
    assert token not in file.read_text()
    assert secret not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "A" * 5000, "ä" * 43, "A" * 42 + "\n"])
def test_what_was_never_given_finds_nothing(devices: Devices, secret: str) -> None:
    """Nor does the empty secret of a device that nobody has claimed yet."""
    devices.register("Wall east", "wall")
    assert devices.find(secret, HERE) is None
    assert devices.offered(secret) is None
    assert devices.claim(secret, HERE, "") is None
    assert not devices.was_claimed(secret)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("", "wall", "name is empty"),
        (" a", "wall", "name is empty"),
        ("a\r\nSet-Cookie: b", "wall", "name is empty"),
        ("a" * 65, "wall", "name is empty"),
        ("Desk", "desk", "kind is no known kind"),
    ],
)
def test_an_odd_name_or_kind_is_refused_in_one_sentence(devices: Devices, name: str, kind: str, said: str) -> None:
    """Nothing is registered then."""
    with pytest.raises(DeviceRefusedError, match=said):
        devices.register(name, kind)
    assert devices.all() == []


def test_what_a_browser_says_of_itself_is_kept_short_and_plain(devices: Devices) -> None:
    """It is shown to an administrator: no control characters, and no more than a line of it."""
    token = devices.register("Wall east", "wall")
    devices.claim(token, HERE, "Evil\x1b[2J\r\n" + "x" * 5000)
    (device,) = devices.all()
    assert isinstance(device, Device)
    assert device.agent.startswith("Evil[2Jx")
    assert len(device.agent) == 200
