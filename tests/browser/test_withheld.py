"""What is shown for a reason only: asked in place on the desk, once, and loud where the glass is broken."""

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
    opened = Windows(browser, whole=False)
    yield opened
    opened.close()


def push(rtcc: Running, kind: str, id_: str, data: dict[str, Any] | None) -> None:
    now = iso(datetime.now(UTC))
    event = {"kind": kind, "id": id_, "agency": "PFPD", "source": "cad", "occurred_at": now, "data": data}
    with rtcc.client("ingest") as client:
        assert client.post("/api/v1/events", json=event).status_code == 202


def test_a_plate_and_a_sensitive_narrative_are_asked_for_in_place(rtcc_up: Running, windows: Windows) -> None:
    """The buttons stand where the words would; a purpose that lacks its case number is refused beside the form."""
    push(rtcc_up, "detection", "hid-1", {"detection_type": "plate", "plate": "KLM4471", "confidence": 0.9})
    push(rtcc_up, "incident", "hid-2", {"sensitive": True, "type": "Assault", "narrative": "Hides in the bathroom"})
    eventually(lambda: "hid-2" in rtcc_up.picture().get("incident", {}), why="both are in the picture")
    page = windows.desk(rtcc_up, "/dispatch?detection=hid-1", "Ann Withheld")
    facts, dialog = page.locator("#chosen-facts"), page.get_by_role("dialog")
    expect(facts).to_contain_text("Plate: give a reason")
    facts.get_by_role("button").click()
    dialog.get_by_label("Investigation").check()
    dialog.get_by_role("button", name="Show it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("case is missing")
    dialog.get_by_label("Case number or reference").fill("26-10442")
    dialog.get_by_role("button", name="Show it").click()
    expect(facts).to_contain_text("KLM4471")
    expect(dialog).to_have_count(0)
    page.goto(f"{rtcc_up.address}/dispatch?incident=hid-2")
    facts.get_by_role("button", name="Narrative: give a reason").click()
    dialog.get_by_text("Break glass", exact=True).click()
    dialog.get_by_label("Why, in one sentence").fill("Somebody is inside with the caller")
    dialog.get_by_role("button", name="Break the glass and show it").click()
    expect(facts).to_contain_text("Hides in the bathroom")

    def raised() -> bool:
        alarms = rtcc_up.picture().get("alarm", {})
        return any(alarm.get("title", "").startswith("Ann Withheld broke the glass") for alarm in alarms.values())

    eventually(raised, why="the alarm says so")
    assert page.errors == []  # type: ignore[attr-defined]
    push(rtcc_up, "detection", "hid-1", None)
    push(rtcc_up, "incident", "hid-2", None)
