"""Answers to alarms that are refused: each with its status and a sentence, and nothing in the picture changes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from rtcc.access.keys import OPERATE, KeyRing
from rtcc.model.sources import CENTER
from rtcc.picture.replica import Entity, Replica
from rtcc.tasks import StoreUnavailable
from rtcc.web.api import alarms
from rtcc.web.gate import IngestGate
from tests.alarm_histories import cleared, raised
from tests.operating import command, outside, push, said, seen
from tests.running import Running

ANN = "Ann Roe"
SECRET = "+14155550199"


@pytest.fixture(scope="module")
def ann(rtcc_up: Running) -> Iterator[httpx.Client]:
    """An operator."""
    with rtcc_up.client(OPERATE, name=ANN) as client:
        yield client


@pytest.mark.parametrize("what", ["acknowledge", "shelve", "unshelve", "notes"])
def test_what_cannot_be_answered_is_refused(rtcc_up: Running, ann: httpx.Client, what: str) -> None:
    """No key, a key that is not an operator's, no such alarm, one that has cleared: each its status and a sentence."""
    good = {"shelve": {"for_s": 60, "reason": "x"}, "notes": {"text": "x"}}.get(what, {})
    id_ = f"outside:over-{what}"
    push(rtcc_up, said(id_))
    push(rtcc_up, outside(cleared(datetime.now(UTC), id_)))
    with rtcc_up.client() as stranger, rtcc_up.client("read:admin") as reader, rtcc_up.client("ingest") as source:
        refused = [
            (401, command(stranger, id_, what, **good)),
            (401, command(stranger, "outside:nothing", what, **good)),
            (403, command(reader, id_, what, **good)),
            (403, command(source, id_, what, **good)),
            (404, command(ann, "outside:nothing", what, **good)),
            (409, command(ann, id_, what, **good)),
            (405, ann.get(f"/api/v1/alarms/{id_}/{what}")),
        ]
    assert [answer.status_code for _, answer in refused] == [status for status, _ in refused]
    assert all(answer.json()["detail"].endswith(".") for status, answer in refused if status != 405)
    assert "cleared" in refused[5][1].json()["detail"]


WRONG = [
    ("acknowledge", {"raised_at": "yesterday"}, "raised_at is text; it must be an instant"),
    ("acknowledge", {"raised_at": 7}, "raised_at is a whole number; it must be an instant"),
    ("acknowledge", {"by": SECRET}, "by is not a known field; allowed are raised_at."),
    ("shelve", {"reason": "x"}, "for_s is missing; it must be a whole number from 60 to 86400."),
    ("shelve", {"for_s": 60}, "reason is missing; it must be text of 1 to 200 characters"),
    ("shelve", {"for_s": 59, "reason": "x"}, "for_s is a whole number; it must be a whole number from 60 to 86400."),
    ("shelve", {"for_s": 86_401, "reason": "x"}, "for_s is a whole number;"),
    ("shelve", {"for_s": 60.5, "reason": "x"}, "for_s is a number;"),
    ("shelve", {"for_s": True, "reason": "x"}, "for_s is a boolean;"),
    ("shelve", {"for_s": None, "reason": "x"}, "for_s is null;"),
    ("shelve", {"for_s": 60, "reason": ""}, "reason is text; it must be text of 1 to 200 characters"),
    ("shelve", {"for_s": 60, "reason": SECRET + "x" * 200}, "reason is text;"),
    ("shelve", {"for_s": 60, "reason": SECRET + "\u0007"}, "reason is text;"),
    ("unshelve", {"reason": SECRET}, "reason is not a known field; allowed are none."),
    ("unshelve", {SECRET: 1}, "a name that is no word is not a known field"),
    ("notes", {}, "text is missing; it must be text of 1 to 4,000 characters"),
    ("notes", {"text": [SECRET]}, "text is a list;"),
    ("notes", {"text": SECRET + "x" * 4000}, "text is text;"),
    ("notes", {"text": "x", "written_by": SECRET}, "written_by is not a known field; allowed are text."),
]


def test_a_wrong_field_is_named_with_what_is_allowed(rtcc_up: Running, ann: httpx.Client) -> None:
    """422 with one sentence: the field, the kind of its value, what it must be; nothing of what was sent."""
    push(rtcc_up, said("outside:wrong"))
    before = seen(rtcc_up, "alarm", "outside:wrong")
    for what, fields, sentence in WRONG:
        answer = command(ann, "outside:wrong", what, **fields)
        assert answer.status_code == 422, (what, fields)
        assert answer.json().keys() == {"detail"}
        assert answer.json()["detail"].startswith(sentence)
        assert SECRET not in answer.text
    assert seen(rtcc_up, "alarm", "outside:wrong") == before
    assert SECRET not in rtcc_up.logs()


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "The body is not valid JSON"),
        (b'{"text": "x"', 422, "The body is not valid JSON"),
        (b"[" * 2000 + b"]" * 2000, 422, "The body is not valid JSON"),
        (b'[{"text": "x"}]', 422, "The body is a list; it must be an object."),
        (b"null", 422, "The body is null; it must be an object."),
        (json.dumps({"text": "x" * 17_000}).encode(), 413, "The body is over 16 KB;"),
    ],
)
def test_a_body_that_is_no_small_object_is_refused(
    rtcc_up: Running, ann: httpx.Client, content: bytes, status: int, sentence: str
) -> None:
    """422 for anything but an object, 413 over 16 KB."""
    push(rtcc_up, said("outside:body"))
    answer = ann.post("/api/v1/alarms/outside:body/notes", content=content)
    assert (answer.status_code, answer.json()["detail"][: len(sentence)]) == (status, sentence)


def test_an_alarm_raised_at_no_possible_instant_cannot_be_acknowledged(rtcc_up: Running, ann: httpx.Client) -> None:
    """An answer in the year 9999 would pin the alarm until then: 409 with the reason."""
    push(rtcc_up, said("outside:future", raised_at="9999-01-01T00:00:00Z"))
    answer = command(ann, "outside:future", "acknowledge")
    assert answer.status_code == 409
    assert "ahead of this server's clock" in answer.json()["detail"]


def away(*_: object) -> None:
    raise StoreUnavailable("The store does not answer.")


@pytest.mark.parametrize(("limit", "status"), [(0, 429), (400, 503)])
def test_a_command_that_cannot_be_kept_is_not_accepted(tmp_path: Any, limit: int, status: int) -> None:
    """429 while too much waits, 503 where the store is away, both with when to come back."""
    app = FastAPI()
    app.state.keys = KeyRing(tmp_path)
    alarm = Entity("alarm", "outside:here", raised(datetime.now(UTC)).data or {}, 1, agency=CENTER)
    app.state.hub = SimpleNamespace(ready=True, replica=Replica(entities={("alarm", alarm.id): alarm}))
    app.include_router(alarms.router)
    key = app.state.keys.create(ANN, OPERATE)

    async def asked() -> httpx.Response:
        app.state.gate = IngestGate(away, lambda: 0, limit)
        runs = asyncio.create_task(app.state.gate.run())
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            headers = {"Authorization": f"Bearer {key}"}
            answer = await client.post(f"/api/v1/alarms/{alarm.id}/acknowledge", json={}, headers=headers)
        runs.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await runs
        return answer

    answer = asyncio.run(asked())
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "1")
    assert answer.json()["detail"].endswith(".")
