"""Administrators let people in and keep them out over HTTP; nobody else does, and nobody can shut the last one out."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from rtcc.access.audit import folder_of
from rtcc.access.audit_read import AuditFilter, oldest_first
from tests.served import Served, served


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose one administrator is Ada Reyes; people of each test have names of their own."""
    with served(tmp_path_factory.mktemp("people")) as center:
        center.person("Ada Reyes", "admin")
        yield center


@pytest.fixture
def admin(center: Served) -> Iterator[httpx.Client]:
    """The browser of Ada Reyes."""
    with center.signed("Ada Reyes", "admin") as client:
        yield client


def on_record(center: Served, action: str) -> list[tuple[str, str, str]]:
    """Return who did something to which account, and how it ended, as the record says."""
    found = oldest_first(folder_of(center.settings.data_dir), AuditFilter(action=action))
    return [(one["who"], one["subject"][1], one["outcome"]) for one in found]


def test_an_invitation_makes_an_account_and_is_shown_once(center: Served, admin: httpx.Client) -> None:
    """The address stands on the answer and nowhere later; it leads to where the person sets up their account."""
    page = admin.post("/admin/people/invite", data={"name": "Bea Quist", "role": "officer"})
    assert page.status_code == 200
    address = page.text.partition('id="made"')[2].partition('value="')[2].partition('"')[0]
    assert address.startswith(f"{center.address}/login/")
    assert address not in admin.get("/admin/people").text
    assert "Bea Quist" in admin.get(address).text
    account = center.accounts.get("bea quist")
    assert account is not None
    assert account.roles == ("officer",)
    assert ("Ada Reyes", "Bea Quist", "done") in on_record(center, "invitation made")


@pytest.mark.parametrize(
    ("name", "role"), [("", "officer"), (" Al ", "king"), ("A\u0007", "officer"), ("Ada Reyes", "wall")]
)
def test_an_invitation_that_cannot_be_made_says_why(center: Served, admin: httpx.Client, name: str, role: str) -> None:
    """An odd name, a role that there is none of, somebody who has set up their account: one sentence, and no change."""
    before = center.accounts.all()
    page = admin.post("/admin/people/invite", data={"name": name, "role": role})
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert center.accounts.all() == before


def test_who_is_disabled_is_out_at_once_until_enabled(center: Served, admin: httpx.Client) -> None:
    """Their next request is nobody's, whatever cookie they hold; the reason stands in the list and on record."""
    center.person("Cal Frey", "supervisor")
    with center.signed("Cal Frey", "supervisor") as client:
        assert client.get("/account").status_code == 200
        assert admin.post("/admin/people/disable", data={"name": "Cal Frey", "why": ""}).status_code == 422
        assert client.get("/account").status_code == 200
        done = admin.post("/admin/people/disable", data={"name": "Cal Frey", "why": "Left in May"})
        assert done.status_code == 303
        assert client.get("/account").status_code == 401
    assert "Left in May" in admin.get("/admin/people").text
    assert "Cal Frey" not in admin.get("/admin/people?state=open").text
    assert admin.post("/admin/people/enable", data={"name": "Cal Frey"}).status_code == 303
    assert center.accounts.stands("Cal Frey", "supervisor")
    assert ("Ada Reyes", "Cal Frey", "failed") in on_record(center, "account disabled")
    assert ("Ada Reyes", "Cal Frey", "done") in on_record(center, "account disabled")


def test_the_last_administrator_stays_one(center: Served, admin: httpx.Client) -> None:
    """Not by themselves, and not by a colleague who is disabled or locked: somebody can always open the doors."""
    assert admin.post("/admin/people/disable", data={"name": "ada reyes", "why": "tired"}).status_code == 422
    assert admin.post("/admin/people/roles", data={"name": "Ada Reyes", "role-officer": "yes"}).status_code == 422
    center.person("Dee Hart", "admin")
    with center.signed("Dee Hart", "admin") as other:
        center.accounts.lock("Dee Hart")
        refused = other.post("/admin/people/disable", data={"name": "Ada Reyes", "why": "coup"})
        assert refused.status_code == 422
        assert "Ada Reyes is the last administrator" in refused.text
        center.accounts.unlock("Dee Hart")
        assert other.post("/admin/people/roles", data={"name": "Ada Reyes", "role-officer": "yes"}).status_code == 303
    center.accounts.set_roles("Ada Reyes", ["admin"])
    center.accounts.set_roles("Dee Hart", ["officer"])


def test_a_role_that_is_taken_away_is_gone_at_once(center: Served, admin: httpx.Client) -> None:
    """A session in it ends; one in a role that stays goes on."""
    center.person("Eve Noor", "dispatcher", "supervisor")
    with center.signed("Eve Noor", "supervisor") as above, center.signed("Eve Noor", "dispatcher") as below:
        assert above.get("/api/v1/feeds").status_code == 200
        admin.post("/admin/people/roles", data={"name": "Eve Noor", "role-dispatcher": "yes"})
        assert above.get("/api/v1/feeds").status_code == 401
        assert below.get("/account").status_code == 200


def test_unlocking_and_resetting_let_somebody_begin_anew(center: Served, admin: httpx.Client) -> None:
    """Unlocked, the account is as it was; reset, password, second factor and sessions are gone, for an address."""
    center.person("Flo Ames", "analyst")
    center.accounts.lock("Flo Ames")
    assert "locked" in admin.get("/admin/people/person", params={"name": "Flo Ames"}).text
    assert admin.post("/admin/people/unlock", data={"name": "Flo Ames"}).status_code == 303
    account = center.accounts.get("Flo Ames")
    assert account is not None
    assert (account.locked_at, account.has_second_factor) == (None, True)
    with center.signed("Flo Ames", "analyst") as client:
        page = admin.post("/admin/people/reset", data={"name": "Flo Ames"})
        assert f"{center.address}/login/" in page.text
        assert client.get("/account").status_code == 401
    account = center.accounts.get("Flo Ames")
    assert account is not None
    assert (account.password, account.totp, account.recovery) == (None, None, ())


def test_only_administrators_see_to_people(center: Served) -> None:
    """A supervisor may neither look nor act, and another site's page cannot act in an administrator's name."""
    center.person("Gus Lowe", "supervisor")
    with center.signed("Gus Lowe", "supervisor") as client:
        assert client.get("/admin/people").status_code == 403
        assert client.post("/admin/people/unlock", data={"name": "Ada Reyes"}).status_code == 403
    with center.signed("Ada Reyes", "admin") as client:
        foreign = {"Sec-Fetch-Site": "cross-site"}
        done = client.post("/admin/people/disable", data={"name": "Gus Lowe", "why": "no"}, headers=foreign)
        assert done.status_code == 403
    assert center.accounts.stands("Gus Lowe", "supervisor")


def test_a_key_that_reads_as_an_administrator_administers_nothing(center: Served) -> None:
    """Signed in with it, one sees as an administrator, and neither makes accounts nor ends them."""
    key = center.app.state.keys.create("Dashboard in the office", "read:admin")
    with center.browser() as client:
        assert client.post("/login", data={"key": key}).status_code == 303
        assert client.get("/api/v1/feeds").status_code == 200
        assert client.get("/admin/people").status_code == 403
        assert client.post("/admin/people/invite", data={"name": "Mole", "role": "admin"}).status_code == 403
        assert client.get("/admin/review").status_code == 403


def test_what_there_is_not_is_said(admin: httpx.Client) -> None:
    """A name that nobody has is no failure of the server's."""
    assert admin.get("/admin/people/person?name=Nobody").status_code == 404
    for act in ("unlock", "disable", "enable", "reset", "roles", "end-sessions"):
        assert admin.post(f"/admin/people/{act}", data={"name": "Nobody"}).status_code == 404


def test_a_window_that_may_not_says_so_on_a_page(center: Served) -> None:
    """Whoever goes where they may not reads why, and where to go; a form without a session leads to the sign-in."""
    center.person("Ivo Park", "supervisor", "dispatcher")
    window = {"Accept": "text/html"}
    with center.signed("Ivo Park", "supervisor") as client:
        refused = client.get("/admin/people", headers=window)
        assert refused.status_code == 403
        assert 'href="/supervisor"' in refused.text
        assert client.get("/admin/people").json()["detail"] in refused.text
    with center.browser() as client:
        over = client.post("/admin/people/unlock", data={"name": "Ada Reyes"}, headers=window)
        assert over.headers["location"] == "/login"
