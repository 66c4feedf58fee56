"""One's own account over HTTP: password, second factor and sessions, each for whoever proves to be its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyotp
import pytest

from rtcc.settings import OpenIdSettings
from tests.served import PASSWORD, Served, served

#: What a browser says it takes when it goes to a page.
WINDOW = {"Accept": "text/html"}
NEW = "seven bells before the storm"


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a city; people of each test have names of their own."""
    with served(tmp_path_factory.mktemp("account")) as center:
        yield center


def test_a_password_is_changed_by_who_knows_it(center: Served) -> None:
    """A wrong or weak one changes nothing; the change ends every other session and keeps this one."""
    center.person("Ann Roe", "dispatcher")
    with center.signed("Ann Roe", "dispatcher") as here, center.signed("Ann Roe", "dispatcher") as there:
        for current, new, again, status in (
            ("not it, surely not", NEW, NEW, 401),
            (PASSWORD, NEW, NEW + "!", 422),
            (PASSWORD, "short", "short", 422),
            (PASSWORD, "ann roe is my own name", "ann roe is my own name", 422),
        ):
            form = {"current": current, "new": new, "again": again}
            answer = here.post("/account/password", data=form)
            assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
        assert there.get("/account").status_code == 200
        done = here.post("/account/password", data={"current": PASSWORD, "new": NEW, "again": NEW})
        assert done.headers["location"] == "/account?done=password"
        assert here.get("/account").status_code == 200
        assert there.get("/account").status_code == 401
        assert here.post("/account/recovery-codes", data={"current": NEW}).status_code == 200


def test_a_second_factor_is_set_up_anew_with_a_code_of_it(center: Served) -> None:
    """Until a code of the new app comes back the old one counts; then it, and its recovery codes, are worth nothing."""
    before = center.person("Bo Lind", "supervisor")
    with center.signed("Bo Lind", "supervisor") as client:
        assert client.post("/account/second-factor/begin", data={"current": "no"}).status_code == 401
        page = client.post("/account/second-factor/begin", data={"current": PASSWORD}).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        secret = re.search(r"into the app: <code>([A-Z2-7 ]+)</code>", page)
        assert token
        assert secret
        wrong = client.post("/account/second-factor", data={"token": token[1], "code": before.code()})
        account = center.accounts.get("Bo Lind")
        assert account is not None
        assert (wrong.status_code, account.totp) == (422, before.secret)
        code = pyotp.TOTP(secret[1].replace(" ", "")).now()
        done = client.post("/account/second-factor", data={"token": token[1], "code": code})
        assert done.status_code == 200
        assert done.text.count("<li>") == 10
        account = center.accounts.get("Bo Lind")
        assert account is not None
        assert account.totp == secret[1].replace(" ", "")
        again = client.post("/account/second-factor", data={"token": token[1], "code": code})
        assert again.status_code == 409


def test_what_somebody_began_nobody_else_ends(center: Served) -> None:
    """The token of one person's setting up is nothing under another's session."""
    center.person("Cy Dunn", "supervisor")
    other = center.person("Di Marsh", "supervisor")
    with center.signed("Cy Dunn", "supervisor") as client, center.signed("Di Marsh", "supervisor") as thief:
        page = client.post("/account/second-factor/begin", data={"current": PASSWORD}).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        assert thief.post("/account/second-factor", data={"token": token[1], "code": "123456"}).status_code == 409
    account = center.accounts.get("Di Marsh")
    assert account is not None
    assert account.totp == other.secret


def test_guessing_the_password_in_the_account_locks_it(center: Served) -> None:
    """Somebody at a screen that was left open has five guesses, and then no session; the owner's others go on."""
    center.person("Ed Vance", "dispatcher")
    with center.signed("Ed Vance", "dispatcher") as client, center.signed("Ed Vance", "dispatcher") as other:
        forms = {"current": "a guess at best", "new": NEW, "again": NEW}
        for _ in range(4):
            assert client.post("/account/password", data=forms).status_code == 401
        assert client.post("/account/password", data=forms).headers["location"] == "/login"
        assert client.get("/account").status_code == 401
        assert other.get("/account").status_code == 200
        other.post("/api/v1/session/lock")
        assert other.post("/locked", data={"password": PASSWORD}).status_code == 403
        center.accounts.unlock("Ed Vance")
        assert other.post("/locked", data={"password": PASSWORD}).status_code == 303
        assert other.get("/account").status_code == 200


def test_one_ends_ones_own_sessions_and_nobody_elses(center: Served) -> None:
    """Another's session of a known id stays; all others of one's own end together."""
    center.person("Fay Moss", "officer")
    center.person("Gil Ortiz", "officer")
    with center.signed("Fay Moss", "officer") as fay, center.signed("Gil Ortiz", "officer") as gil:
        other = gil.get("/api/v1/sessions").json()["sessions"][0]["id"]
        fay.post(f"/account/sessions/{other}/end")
        assert gil.get("/account").status_code == 200
        with center.signed("Gil Ortiz", "officer") as again:
            gil.post("/account/sessions/end-others")
            assert again.get("/account").status_code == 401
        assert gil.get("/account").status_code == 200


def test_a_locked_screen_opens_for_its_password_and_leads_nowhere_else(center: Served) -> None:
    """No form of another site, no way to another site, no session but the locked one."""
    center.person("Hal Stone", "dispatcher")
    with center.signed("Hal Stone", "dispatcher") as client:
        assert client.get("/locked?next=/account").headers["location"] == "/account"
        client.post("/api/v1/session/lock")
        page = client.get("/locked?next=//evil.example")
        assert 'name="next" value="/dispatch"' in page.text
        form = {"password": PASSWORD, "next": "https://evil.example/"}
        assert client.post("/locked", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert client.get("/account", headers=WINDOW).headers["location"] == "/locked?next=/account"
        assert client.post("/locked", data=form).headers["location"] == "/dispatch"
        assert client.get("/account").status_code == 200
    with center.browser() as client:
        assert client.get("/locked?next=/account").headers["location"] == "/login?next=/account"


def test_whoever_came_by_the_agencys_own_sign_in_goes_there_again(center: Served) -> None:
    """The locked screen has no password to ask for, and leads to the provider and back to where it was."""
    center.person("Jo Lindqvist", "analyst")
    center.accounts.reset("Jo Lindqvist")
    provider = OpenIdSettings(issuer="https://login.example.gov", client_id="rtcc", name="Example PD")
    before = center.app.state.settings
    access = before.access.model_copy(update={"openid": provider})
    center.app.state.settings = before.model_copy(update={"access": access})
    with center.signed("Jo Lindqvist", "analyst", "openid") as client:
        client.post("/api/v1/session/lock")
        page = client.get("/locked?next=/supervisor")
    center.app.state.settings = before
    assert "Sign in again with Example PD" in page.text
    assert 'href="/login/openid?next=/supervisor"' in page.text


def test_whoever_came_with_an_address_signs_in_again(center: Served) -> None:
    """There is no password to ask for: the locked screen says so, and no guess opens it."""
    with center.browser() as client:
        client.post(center.link("Ida Fry", "dispatcher"))
        client.post("/api/v1/session/lock")
        page = client.get("/locked")
        assert "there is no password to ask for" in page.text
        assert client.post("/locked", data={"password": PASSWORD}).status_code == 403
        assert client.get("/api/v1/sessions").status_code == 401
