"""Who makes a request, where there is little to tell it by, and whether it is still the same one later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request

from rtcc.access.asked_store import AccessAway
from rtcc.access.keys import OPERATE, KeyRing
from rtcc.access.session import Found, Session
from rtcc.web.viewer import ANYONE, COOKIE, NOBODY, still, viewer_of

ANN = Session("a1", "Ann Roe", "officer", operates=False, writes=True, created_at="2026-11-22T12:00:00Z")


class Book:
    """Sessions of which a test says what there is."""

    lock_after_s = 1800

    def __init__(self, session: Session | None) -> None:
        self.session: Session | Exception | None = session
        self.locked_at: float | None = None

    async def find(self, token: str) -> Found | None:
        if isinstance(self.session, Exception):
            raise self.session
        return None if self.session is None else Found(self.session, 0.0, self.locked_at)


def request(app: FastAPI, **headers: str) -> Request:
    """Return a request as the server hands it on."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "app": app})


def test_a_server_without_keys_and_sessions_is_looked_at_by_anyone() -> None:
    """A server that has neither takes a cookie for nobody's, and a key for none of its own."""
    app = FastAPI()
    assert asyncio.run(viewer_of(request(app))) == ANYONE
    assert asyncio.run(viewer_of(request(app, cookie=f"{COOKIE}=x"))) == ANYONE
    with pytest.raises(HTTPException) as refused:
        asyncio.run(viewer_of(request(app, authorization="Bearer rtcc_x")))
    assert refused.value.status_code == 401


def test_an_id_names_a_viewer_and_opens_nothing(tmp_path: Path) -> None:
    """The same for every request of one session or key, another for each, and no part of what opens it."""
    app = FastAPI()
    app.state.keys = KeyRing(tmp_path)
    app.state.sessions = Book(ANN)
    keys = [app.state.keys.create(name, OPERATE) for name in ("Bo", "Cy")]
    by_key = [asyncio.run(viewer_of(request(app, authorization=f"Bearer {key}"))) for key in [*keys, keys[0]]]
    by_session = asyncio.run(viewer_of(request(app, cookie=f"{COOKIE}=x")))
    assert by_session.id == ANN.id
    assert by_key[0].id == by_key[2].id
    assert len({viewer.id for viewer in [*by_key, by_session, ANYONE]}) == 4
    kept = (tmp_path / "keys.json").read_text()
    assert not [viewer for viewer in by_key if viewer.id in kept or any(viewer.id in key for key in keys)]


@pytest.mark.parametrize(
    ("later", "is_now"),
    [
        (ANN, "same"),
        (None, "other"),
        (AccessAway("away"), "same"),
        (Session("b2", "Bo", "wall", False, False, ""), "other"),
    ],
    ids=["same", "ended", "nobody can say", "another"],
)
def test_a_long_request_is_its_viewers_until_that_is_known_to_be_over(tmp_path: Path, later: Any, is_now: str) -> None:
    """An ended session ends it, a store that is away does not."""
    app = FastAPI()
    app.state.keys, app.state.sessions = KeyRing(tmp_path), Book(ANN)
    asking = request(app, cookie=f"{COOKIE}=x")
    viewer = asyncio.run(viewer_of(asking))
    app.state.sessions.session = later
    assert asyncio.run(still(asking, viewer)) == is_now


def test_a_long_request_is_told_that_its_screen_is_locked(tmp_path: Path) -> None:
    """A locked session is neither the same as before nor somebody else: its screen goes to where it is unlocked."""
    app = FastAPI()
    app.state.keys, app.state.sessions = KeyRing(tmp_path), Book(ANN)
    asking = request(app, cookie=f"{COOKIE}=x")
    viewer = asyncio.run(viewer_of(asking))
    app.state.sessions.locked_at = 1.0
    assert asyncio.run(still(asking, viewer)) == "locked"


def test_where_the_wall_is_not_open_whoever_says_nothing_is_nobody(tmp_path: Path) -> None:
    """Nothing of the center is for them, and an ingest key shows them no more."""
    app = FastAPI()
    app.state.keys, app.state.wall_is_open = KeyRing(tmp_path), False
    assert asyncio.run(viewer_of(request(app))) == NOBODY
    key = app.state.keys.create("cad", "ingest")
    assert asyncio.run(viewer_of(request(app, authorization=f"Bearer {key}"))).audience == "public"
