"""Registered devices over HTTP: claimed once, read-only, bound to their address, and nothing any more once revoked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rtcc.access.devices import Devices
from rtcc.web.viewer import DEVICE_COOKIE
from tests.running import Running
from tests.signing_in import COOKIE, browser, signed_in


@pytest.fixture
def devices(rtcc_up: Running) -> Iterator[Devices]:
    """The devices of a running RTCC, as `rtcc devices` changes them beside it."""
    devices = Devices(rtcc_up.data)
    yield devices
    for device in devices.all():
        devices.revoke(device.name)


@pytest.fixture
def admin(rtcc_up: Running) -> Iterator[httpx.Client]:
    with signed_in(rtcc_up, "Chief Oduya", "admin") as client:
        yield client


def path_of(devices: Devices, name: str = "Wall east", kind: str = "wall") -> str:
    return f"/device/{devices.register(name, kind)}"


def me(client: httpx.Client) -> tuple[str, str, bool]:
    """Return name, audience, and whether they command."""
    told = client.get("/api/v1/me").json()
    return told["name"], told["audience"], told["operates"]


def recorded(running: Running, action: str) -> list[dict[str, object]]:
    """Return the audit records of this action, as they stand in the files."""
    files = sorted((Path(running.data) / "audit").glob("*.jsonl"))
    records = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [record for record in records if record["action"] == action]


def test_its_address_shows_what_it_is_for_and_its_button_makes_it_one(rtcc_up: Running, devices: Devices) -> None:
    """Looking uses nothing up; the first press does, into a cookie that no script and no other site's page gets."""
    path = path_of(devices)
    with browser(rtcc_up) as wall, browser(rtcc_up) as second:
        for _ in range(2):
            page = second.get(path)
            assert page.status_code == 200
            assert "Make this browser Wall east" in page.text
            assert not page.cookies
        answer = wall.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
        name, *flags = answer.headers["set-cookie"].split("; ")
        assert name.startswith(f"{DEVICE_COOKIE}=")
        assert {flag.lower() for flag in flags} == {"httponly", "max-age=31536000", "path=/", "samesite=strict"}
        for again in (wall.post(path), second.post(path), second.get(path)):
            assert again.status_code == 410
            assert DEVICE_COOKIE not in again.headers.get("set-cookie", "")
        assert me(wall) == ("Wall east", "wall", False)
        assert wall.get("/wall").status_code == 200
    claimed = recorded(rtcc_up, "device claimed")[-1]
    assert (claimed["who"], claimed["by"], claimed["subject"]) == ("Wall east", "device", ["device", "Wall east"])
    assert path.rpartition("/")[2] not in json.dumps(claimed)


def test_a_wall_looks_and_does_nothing(rtcc_up: Running, devices: Devices) -> None:
    """It sees as `wall`, and every command and every page of people is shut to it."""
    with browser(rtcc_up) as wall:
        wall.post(path_of(devices))
        assert wall.get("/api/v1/picture").status_code == 200
        for command in (
            "/api/v1/alarms/a-1/acknowledge",
            "/api/v1/incidents/i-1/notes",
            "/api/v1/detections/d-1/review",
            "/session/role",
            "/api/v1/session/lock",
            "/admin/devices",
        ):
            assert wall.post(command, json={"text": "a"}).status_code == 403
        for page in ("/admin/devices", "/account", "/api/v1/feeds"):
            assert wall.get(page).status_code == 403


def test_whoever_hangs_a_wall_up_does_not_stay_signed_in_on_it(rtcc_up: Running, devices: Devices) -> None:
    """Their session ends with the claim; at a position of dispatch it goes on."""
    with signed_in(rtcc_up, "Sgt. Ruiz", "supervisor") as client:
        session = client.cookies[COOKIE]
        client.post(path_of(devices))
        assert me(client) == ("Wall east", "wall", False)
        client.cookies.set(COOKIE, session)
        assert me(client)[0] == "Wall east"
    with signed_in(rtcc_up, "Ann Roe", "dispatcher") as client:
        answer = client.post(path_of(devices, "Position 4", "position"))
        assert answer.headers["location"] == "/login"
        assert me(client) == ("Ann Roe", "dispatcher", True)


def test_a_position_is_nobody_until_somebody_signs_in(rtcc_up: Running, devices: Devices) -> None:
    """It opens nothing by itself."""
    with browser(rtcc_up) as position:
        position.post(path_of(devices, "Position 4", "position"))
        assert me(position)[0] == ""


def test_a_revoked_one_sees_no_more(rtcc_up: Running, devices: Devices) -> None:
    """Its next request is nobody's, and the stream that it has open is told to begin anew within ten seconds."""
    with browser(rtcc_up) as wall:
        wall.post(path_of(devices))
        with wall.stream("GET", "/api/v1/live", timeout=20) as stream:
            lines = stream.iter_lines()
            next(lines)
            devices.revoke("Wall east")
            revoked_at = time.monotonic()
            assert me(wall)[0] == ""
            assert any(line == "event: reset" for line in lines)
            assert time.monotonic() - revoked_at < 11


@pytest.mark.parametrize("path", ["/device/" + "A" * 43, "/device/x", "/device/" + "A" * 5000, "/device/%00"])
def test_an_address_that_was_never_given_leads_nowhere(rtcc_up: Running, path: str) -> None:
    """404 and no cookie, whether one looks or presses."""
    with browser(rtcc_up) as client:
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 404
            assert not answer.cookies


def test_another_sites_page_claims_nothing(rtcc_up: Running, devices: Devices) -> None:
    """Somebody's own browser must not become a screen of ours by a form elsewhere."""
    path = path_of(devices)
    with browser(rtcc_up) as client:
        answer = client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert not answer.cookies
        assert client.post(path).status_code == 303


def test_an_administrator_registers_lists_and_revokes(rtcc_up: Running, devices: Devices, admin: httpx.Client) -> None:
    """The address is shown once, works, and each step is on record with who did it."""
    page = admin.post("/admin/devices", data={"name": "Wall <b>west", "kind": "wall"})
    assert page.status_code == 200
    address = re.search(r'value="(http://[^"]+/device/[A-Za-z0-9_-]{43})"', page.text)
    assert address is not None
    listed = admin.get("/admin/devices").text
    assert "Wall &lt;b&gt;west" in listed
    assert address[1] not in listed
    with browser(rtcc_up) as wall:
        assert wall.post(address[1]).status_code == 303
        assert me(wall)[0] == "Wall <b>west"
        (device,) = devices.all()
        answer = admin.post(f"/admin/devices/{device.id}/revoke")
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/devices")
        assert me(wall)[0] == ""
    assert admin.post(f"/admin/devices/{device.id}/revoke").status_code == 404
    for action in ("device registered", "device revoked"):
        record = next(one for one in recorded(rtcc_up, action) if one["subject"] == ["device", "Wall <b>west"])
        assert (record["who"], record["role"], record["outcome"]) == ("Chief Oduya", "admin", "done")


def test_what_cannot_be_registered_is_said_on_the_page(devices: Devices, admin: httpx.Client) -> None:
    """A taken or odd name, an unknown kind: one sentence, and what was typed stays."""
    devices.register("Wall east", "wall")
    for form, sentence in (
        ({"name": "Wall east", "kind": "wall"}, "exists already"),
        ({"name": "", "kind": "wall"}, "name is empty"),
        ({"name": "x", "kind": "desk"}, "kind is no known kind"),
    ):
        page = admin.post("/admin/devices", data=form)
        assert page.status_code == 422
        assert sentence in page.text
    assert len(devices.all()) == 1


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "analyst", "officer", "wall"])
def test_only_administrators_have_to_do_with_devices(rtcc_up: Running, role: str) -> None:
    """Looking, registering and revoking are shut to every other role."""
    with signed_in(rtcc_up, f"Some {role}", role) as client:
        assert client.get("/admin/devices").status_code == 403
        assert client.post("/admin/devices", data={"name": "x", "kind": "wall"}).status_code == 403
        assert client.post("/admin/devices/abc/revoke").status_code == 403
