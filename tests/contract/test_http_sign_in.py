"""Signing in and out over HTTP: by an address once, or by a key, into a cookie that no script or other site can use."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from markupsafe import escape

from rtcc.access.keys import OPERATE
from rtcc.access.sessions import Sessions
from rtcc.settings import Settings
from tests.at_the_door import HERE, DoorOf
from tests.running import Running
from tests.signing_in import COOKIE, browser, link, signed_in

NEVER_GIVEN = "/login/" + "A" * 43
NOBODY = {"name": "", "role": "wall", "audience": "wall", "operates": False}


def me(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/api/v1/me")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_address_shows_whom_it_is_for_and_its_button_signs_in(rtcc_up: Running) -> None:
    """Looking at it uses nothing up, as previews of links look; the button does, and leads to the role's page."""
    path = link(rtcc_up, "Ann Roe", "dispatcher")
    with browser(rtcc_up) as ann, httpx.Client(base_url=rtcc_up.address) as preview:
        for _ in range(3):
            shown = preview.get(path)
            assert shown.status_code == 200
            assert "Sign in as Ann Roe" in shown.text
            assert COOKIE not in shown.headers.get("set-cookie", "")
        assert me(ann) == NOBODY
        answer = ann.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/dispatch")
        assert me(ann) == {"name": "Ann Roe", "role": "dispatcher", "audience": "dispatcher", "operates": True}
        for again in (ann.post(path), ann.get(path), preview.get(path)):
            assert again.status_code == 410
            assert "has been used" in again.text
        assert me(ann)["name"] == "Ann Roe"
        assert "Ann Roe" in ann.get("/login").text


@pytest.mark.parametrize(
    ("role", "page", "operates"),
    [
        ("supervisor", "/supervisor", True),
        ("admin", "/supervisor", True),
        ("analyst", "/supervisor", False),
        ("officer", "/officer", False),
        ("wall", "/wall", False),
    ],
)
def test_each_role_has_its_page_and_its_audience(rtcc_up: Running, role: str, page: str, operates: bool) -> None:
    """Who is signed in looks as their role, and only some roles command."""
    with browser(rtcc_up) as client:
        answer = client.post(link(rtcc_up, f"Some {role}", role))
        assert answer.headers["location"] == page
        assert me(client) == {"name": f"Some {role}", "role": role, "audience": role, "operates": operates}


def test_of_two_who_use_an_address_at_once_one_gets_in(rtcc_up: Running) -> None:
    """However they race: one session, and for the other the page that says so."""
    paths = [link(rtcc_up, "Ann Roe", "officer") for _ in range(3)]
    together, statuses = threading.Barrier(2), []

    def use() -> None:
        with browser(rtcc_up) as client:
            for path in paths:
                together.wait()
                statuses.append((path, client.post(path).status_code))

    both = [threading.Thread(target=use) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    for path in paths:
        assert sorted(status for used, status in statuses if used == path) == [303, 410]


@pytest.mark.parametrize("path", [NEVER_GIVEN, "/login/x", "/login/" + "A" * 5000, "/login/%00"])
def test_an_address_that_was_never_given_leads_nowhere(rtcc_up: Running, path: str) -> None:
    """404 with a page, nothing to press, and no cookie."""
    with browser(rtcc_up) as client:
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 404
            assert not answer.cookies
        assert "leads nowhere" in client.get(NEVER_GIVEN).text


def test_the_cookie_is_for_this_server_alone(rtcc_up: Running) -> None:
    """No script reads it, no other site's page sends it, and it ends after 12 hours."""
    with browser(rtcc_up) as client:
        answer = client.post(link(rtcc_up, "Ann Roe", "wall"))
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert {flag.lower() for flag in flags} == {"httponly", "max-age=43200", "path=/", "samesite=strict"}


@pytest.mark.parametrize(("proto", "secure"), [("http", False), ("https", True)])
def test_over_tls_the_cookie_stays_there(settings: Settings, tmp_path: Path, proto: str, secure: bool) -> None:
    """Where a declared proxy says that the browser came over TLS, its cookie goes nowhere else."""
    door = DoorOf(settings, tmp_path, trusted_proxies=(HERE,))

    async def story() -> httpx.Response:
        async with door.browser(tls=False) as client:
            path = await door.invite("Ann Roe", enroll=False)
            return await client.post(path, headers={"X-Forwarded-Proto": proto})

    answer = door.run(story)
    assert answer.status_code == 303
    assert ("secure" in answer.headers["set-cookie"].lower().split("; ")) is secure


def test_the_sign_in_pages_are_kept_nowhere_and_stand_in_no_other_page(rtcc_up: Running) -> None:
    """The address holds a secret: no cache keeps the page, no other site is told of it or may frame its button."""
    with browser(rtcc_up) as client:
        for path in (link(rtcc_up, "Ann Roe", "wall"), "/login", NEVER_GIVEN):
            headers = client.get(path).headers
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "same-origin"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "script-src" not in headers["content-security-policy"]


def test_a_name_is_text_and_never_markup(rtcc_up: Running) -> None:
    """Whatever a person is called, the page says it as it is."""
    name = "<b>\"Ann\" & 'Bo'</b>{x}"
    with browser(rtcc_up) as client:
        path = link(rtcc_up, name, "officer")
        text = client.get(path).text
        assert f"Sign in as {escape(name)}" in text
        assert "<b>" not in text
        client.post(path)
        assert me(client)["name"] == name


def test_who_signs_out_is_anyone_again(rtcc_up: Running) -> None:
    """The session is over for every copy of its cookie, and the browser lets go of it."""
    with signed_in(rtcc_up, "Ann Roe", "admin") as ann, browser(rtcc_up) as copied:
        copied.cookies.update(ann.cookies)
        assert me(copied)["name"] == "Ann Roe"
        answer = ann.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert COOKIE not in ann.cookies
        assert me(copied) == me(ann) == NOBODY
        assert ann.post("/logout").status_code == 303


def test_who_signs_in_anew_leaves_the_session_before(rtcc_up: Running) -> None:
    """Two people at one desk: when the second signs in, the first one's session has ended."""
    with signed_in(rtcc_up, "Ann Roe", "admin") as desk, browser(rtcc_up) as copied:
        copied.cookies.update(desk.cookies)
        desk.post(link(rtcc_up, "Bo Díaz", "officer"))
        assert me(desk)["name"] == "Bo Díaz"
        assert me(copied) == NOBODY


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "OWN"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=repr)
def test_a_page_of_another_site_signs_nobody_in_or_out(rtcc_up: Running, headers: dict[str, str]) -> None:
    """403 for what another site's page makes the browser send; the address stays good, and so does the session."""
    said = {name: value.replace("OWN", rtcc_up.address) for name, value in headers.items()}
    path = link(rtcc_up, "Ann Roe", "wall")
    with signed_in(rtcc_up, "Bo Díaz", "wall") as bo, httpx.Client(base_url=rtcc_up.address) as foreign:
        foreign.cookies.update(bo.cookies)
        key = {"key": rtcc_up.key("ingest")}
        refused = [foreign.post(path, headers=said), foreign.post("/logout", headers=said)]
        refused.append(foreign.post("/login", headers=said, data=key))
        assert [answer.status_code for answer in refused] == [403, 403, 403]
        assert not [answer for answer in refused if answer.cookies]
        assert me(bo)["name"] == "Bo Díaz"
        assert bo.post(path).status_code == 303


def test_a_browser_that_names_only_the_pages_origin_signs_in(rtcc_up: Running) -> None:
    """Where no Sec-Fetch-Site comes, the origin's host must be the one the browser knows us by."""
    with httpx.Client(base_url=rtcc_up.address) as client:
        path = link(rtcc_up, "Ann Roe", "wall")
        assert client.post(path, headers={"Origin": "https://center.example.org"}).status_code == 403
        assert client.post(path, headers={"Origin": rtcc_up.address}).status_code == 303


@pytest.mark.parametrize(("declared", "status"), [(True, 303), (False, 403)])
def test_a_browser_behind_a_proxy_knows_us_by_the_proxys_name(
    settings: Settings, tmp_path: Path, declared: bool, status: int
) -> None:
    """What a declared proxy says of our name counts, and what anybody else says of it does not."""
    door = DoorOf(settings, tmp_path, trusted_proxies=(HERE,) if declared else ())

    async def story() -> httpx.Response:
        async with door.browser() as client:
            del client.headers["sec-fetch-site"]
            said = {
                "Host": "127.0.0.1",
                "X-Forwarded-Host": "center.example.org",
                "Origin": "https://center.example.org",
            }
            return await client.post(await door.invite("Ann Roe", enroll=False), headers=said)

    assert door.run(story).status_code == status


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "%00", "ä".encode("latin-1").decode("latin-1"), "A" * 4000])
def test_a_cookie_that_is_no_session_is_nobodys(rtcc_up: Running, cookie: str) -> None:
    """Forged, ended or spoilt: its owner is anyone on this machine, sees the wall, and commands nothing."""
    headers = {"Cookie": f"{COOKIE}={cookie}".encode("latin-1"), "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=rtcc_up.address, headers=headers) as client:
        assert me(client) == NOBODY
        assert client.get("/api/v1/picture").status_code == 200
        assert client.post("/api/v1/alarms/any/acknowledge", json={}).status_code == 401


def test_without_a_store_whoever_has_a_cookie_is_told_to_come_back(settings: Settings, tmp_path: Path) -> None:
    """503 with when to try again, as a page where people look; without a cookie nobody asks the store."""
    door, asked = DoorOf(settings, tmp_path), []

    def away() -> Any:
        asked.append("store")
        raise OSError

    door.app.state.sessions = Sessions(away)
    door.app.state.door.store._connect = away
    key = door.app.state.keys.create("Ann Roe", OPERATE)

    async def told() -> tuple[SimpleNamespace, list[httpx.Response]]:
        async with door.browser() as client:
            plain = SimpleNamespace(me=await client.get("/api/v1/me"), how=await client.get("/login"))
            plain.asked = list(asked)
            cookie = {"Cookie": f"{COOKIE}={'A' * 43}"}
            answers = [
                await client.get("/api/v1/me", headers=cookie),
                await client.get(NEVER_GIVEN),
                await client.post(NEVER_GIVEN),
                await client.post("/login", data={"key": key}),
                await client.post("/login", data={"name": "Ann Roe", "password": "whatever it is"}),
                await client.post("/logout", headers=cookie),
            ]
            plain.how_with_cookie = await client.get("/login", headers=cookie)
        return plain, answers

    plain, answers = door.run(told)
    assert (plain.me.json(), plain.how.status_code, plain.asked) == (NOBODY, 200, [])
    assert plain.how_with_cookie.status_code == 200
    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "1")] * 6
    assert all("does not answer" in answer.text for answer in answers)
    assert not any(answer.cookies for answer in answers)
