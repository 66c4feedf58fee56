"""What a detection is, said by somebody who has looked: from the map's card, whole, and seen by another at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from rtcc.model.event import iso
from tests.browser.desk_windows import Windows
from tests.running import Running, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    opened.close()


def push(rtcc: Running, id_: str, data: dict[str, Any] | None) -> None:
    now = iso(datetime.now(UTC))
    event = {"kind": "detection", "id": id_, "agency": "PFPD", "source": "ears", "occurred_at": now, "data": data}
    with rtcc.client("ingest") as client:
        assert client.post("/api/v1/events", json=event).status_code == 202


def test_a_detection_is_reviewed_on_the_map_and_seen_by_another(rtcc_up: Running, windows: Windows) -> None:
    """The card says what it is, offers the other word, and is on record; who may not act has no button."""
    push(rtcc_up, "heard-1", {"detection_type": "gunshot", "lat": 41.6, "lon": -99.6, "confidence": 0.8})
    eventually(lambda: "heard-1" in rtcc_up.picture().get("detection", {}), why="it is in the picture")
    page = windows.desk(rtcc_up, "/supervisor?detection=heard-1", "Ann Roe", "supervisor")
    other = windows.desk(rtcc_up, "/supervisor?detection=heard-1")
    expect(page.locator("#map-card .card-title")).to_have_text("Gunshot")
    page.get_by_role("button", name="Confirm", exact=True).click()
    for window in (page, other):
        expect(window.locator("#map-card .card-state")).to_have_text("Confirmed")
    expect(page.get_by_role("button", name="Confirm", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Dismiss", exact=True)).to_be_visible()
    expect(other.get_by_role("button", name="Dismiss", exact=True)).to_be_hidden()
    assert rtcc_up.picture()["detection"]["heard-1"]["reviewed_by"] == "Ann Roe"
    push(rtcc_up, "heard-1", None)
