"""Signing in with a key over HTTP: its owner may what it may, under its name, as long as it stands."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rtcc.access.keys import OPERATE, KeyRing
from tests.running import Running
from tests.signing_in import browser, signed_in

NOBODY = {"name": "", "role": "wall", "audience": "wall", "operates": False}


def me(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/api/v1/me")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("scope", "page", "expected"),
    [
        (OPERATE, "/dispatch", {"role": "dispatcher", "operates": True}),
        ("read:supervisor", "/supervisor", {"role": "supervisor", "operates": False}),
        ("read:public", "/wall", {"role": "public", "operates": False}),
    ],
)
def test_a_key_signs_in_whoever_has_it(rtcc_up: Running, scope: str, page: str, expected: dict[str, Any]) -> None:
    """A session may what its key may, under the key's name."""
    name = f"Desk {scope}"
    with browser(rtcc_up) as client:
        answer = client.post("/login", data={"key": f" {rtcc_up.key(scope, name)} "})
        assert (answer.status_code, answer.headers["location"]) == (303, page)
        assert me(client) == expected | {"name": name, "audience": expected["role"]}


def test_a_session_ends_with_the_key_it_was_begun_with(rtcc_up: Running) -> None:
    """A revoked key is worthless at once, however it was used; another of the same name is another."""
    name, ring = "Desk to go", KeyRing(rtcc_up.data)
    with browser(rtcc_up) as client:
        client.post("/login", data={"key": ring.create(name, OPERATE)})
        assert me(client)["operates"]
        ring.revoke(name)
        ring.create(name, OPERATE)
        assert me(client) == NOBODY


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"key": "rtcc_never"}, 401, "This key is not known here."),
        ({"key": ""}, 401, "This key is not known here."),
        ({}, 401, "This key is not known here."),
        ({"other": "x"}, 401, "This key is not known here."),
        ({"key": "INGEST"}, 403, "This key has scope ingest; it is for a program and signs nobody in."),
        ({"key": "x" * 5000}, 413, "The body is over 4 KB"),
    ],
    ids=["unknown", "empty", "missing", "other", "ingest", "long"],
)
def test_what_is_no_persons_key_is_refused(rtcc_up: Running, form: dict[str, str], status: int, sentence: str) -> None:
    """With a sentence, without a cookie, and nothing of it is said back or logged."""
    sent = {name: rtcc_up.key("ingest") if value == "INGEST" else value for name, value in form.items()}
    with browser(rtcc_up) as client:
        answer = client.post("/login", data=sent)
    assert answer.status_code == status
    assert sentence in answer.text
    assert not answer.cookies
    secret = sent.get("key")
    assert not secret or (secret not in answer.text and secret not in rtcc_up.logs())


def test_a_key_counts_before_the_cookie(rtcc_up: Running) -> None:
    """Who presents a key is its owner, whatever cookie comes along; a key that is not ours is nobody's."""
    with signed_in(rtcc_up, "Ann Roe", "admin") as ann:
        key = rtcc_up.key("read:officer", "Reader")
        answer = ann.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
        assert answer.json() == {"name": "Reader", "role": "officer", "audience": "officer", "operates": False}
        assert ann.get("/api/v1/me", headers={"Authorization": "Bearer rtcc_never"}).status_code == 401
