"""A day with secrets, and every byte that each role's programs and screens receive of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rtcc.access.roles import ROLES
from rtcc.access.visibility import AUDIENCES
from rtcc.model.fields import KINDS
from tests.day_with_secrets import Day, day_with_secrets
from tests.running import Running, eventually
from tests.signing_in import signed_in

#: Pushed so many at a time, so that the day is told in many frames.
_AT_ONCE = 40


class Ear:
    """Keeps every byte that a client is sent on the live stream, and on whatever else it asks for."""

    def __init__(self, client: httpx.Client, audience: str, *, screen: bool) -> None:
        """Listen from now on."""
        self.client, self.audience, self.screen = client, audience, screen
        self.heard = bytearray()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        eventually(lambda: self.heard)

    def ask(self, path: str) -> None:
        """Take in an answer, whatever it is."""
        answer = self.client.get(path)
        # A page that must be reached another way leads there and shows nothing by itself.
        assert answer.status_code in {200, 303, 401, 403, 404, 409}, f"{path}: {answer.status_code}"
        self.heard += answer.content

    def _listen(self) -> None:
        # The connection ends with its client.
        with contextlib.suppress(httpx.HTTPError, OSError), self.client.stream("GET", "/api/v1/live") as stream:
            for some in stream.iter_raw():
                self.heard += some

    def __str__(self) -> str:
        return f"{'screen' if self.screen else 'key'} of {self.audience}"


def tell(source: httpx.Client, events: list[dict[str, Any]]) -> None:
    """Push events some at a time."""
    for start in range(0, len(events), _AT_ONCE):
        answer = source.post("/api/v1/events", json=events[start : start + _AT_ONCE])
        assert (answer.status_code, answer.json()["rejected"]) == (202, [])


@pytest.fixture(scope="module")
def day() -> Day:
    return day_with_secrets("day")


@pytest.fixture(scope="module")
def ears(rtcc_up: Running, day: Day) -> Iterator[list[Ear]]:
    """Everyone has heard the day: a key of each audience, a person of each role, and whoever has said nothing."""
    with contextlib.ExitStack() as open_:
        listening = [Ear(open_.enter_context(rtcc_up.client()), "wall", screen=True)]
        for audience in AUDIENCES:
            client = open_.enter_context(rtcc_up.client(f"read:{audience}"))
            listening.append(Ear(client, audience, screen=False))
        for role in ROLES:
            client = open_.enter_context(signed_in(rtcc_up, f"Hears as {role}", role))
            listening.append(Ear(client, role, screen=True))
        with rtcc_up.client("ingest") as source:
            tell(source, day.events)
        over = next(value for value in day.readers if value.startswith("end-")).encode()
        for ear in listening:
            eventually(lambda ear=ear: over in ear.heard, 60)  # type: ignore[misc]
        yield listening
    # Others look at the same center afterwards, and need not look through a day of ours.
    with rtcc_up.client("ingest") as source:
        tell(source, day.withdrawn())
    eventually(lambda: not any(id_.startswith(day.name) for of in rtcc_up.picture().values() for id_ in of), 60)


def test_nobody_receives_a_byte_that_is_not_for_them(ears: list[Ear], day: Day) -> None:
    """Live, in the picture, on the maps for others, on the pages, in the past, in an EIDO: nowhere."""
    sensitive, unit, detection = (f"{day.name}-{id_}" for id_ in ("i1", "u0", "d0"))
    about = ("story", "history", "around", "nearby", "eido", "raw")
    paths = ["/api/v1/picture", *(f"/api/v1/geojson/{kind}" for kind in KINDS), "/api/v1/hour", "/api/v1/heat"]
    paths += [f"/api/v1/incidents/{sensitive}/{what}" for what in about if what != "raw"]
    paths += [f"/incident/{sensitive}", "/wall", "/dispatch", "/officer", f"/api/v1/detections/{detection}/plate"]
    paths += [f"/api/v1/incidents/{sensitive}/withheld", "/metrics", "/api/v1/feeds"]
    for ear in ears:
        for path in paths:
            ear.ask(path)
    leaks = {
        str(ear): [value for value in day.forbidden(ear.audience, screen=ear.screen) if value.encode() in ear.heard]
        for ear in ears
    }
    assert {who: values for who, values in leaks.items() if values} == {}
    assert unit


def test_everybody_receives_what_is_for_them(ears: list[Ear], day: Day) -> None:
    """Else the silence of the test above would say nothing: each heard the day, but what was overtaken on the way."""
    for ear in ears:
        mine = day.readers.keys() - day.forbidden(ear.audience, screen=ear.screen)
        of_kinds = mine if ear.audience != "public" else {value for value in mine if value.startswith(("addr", "end"))}
        heard = {value for value in of_kinds if value.encode() in ear.heard}
        assert len(heard) > 0.3 * len(of_kinds), str(ear)
