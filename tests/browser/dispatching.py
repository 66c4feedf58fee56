"""What the tests of /dispatch share: its page on the made-up city, and what stands in its queues."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.test_wall_queue import ago

READY = '#dispatch[data-queues="ready"][data-link="live"]'


def incident(priority: int = 2, age_s: float = 100, **fields: Any) -> dict[str, Any]:
    return {
        "type": "Burglary",
        "priority": priority,
        "status": "pending",
        "entered_at": ago(age_s),
        "lat": 37.76,
        "lon": -122.44,
        "address": "16th St / Mission St",
        "district": "Mission",
        "beat": "D3",
        **fields,
    }


def call(state: str = "ringing", age_s: float = 5, **fields: Any) -> dict[str, Any]:
    return {"state": state, "queue": "911", "class_of_service": "WPH2", "started_at": ago(age_s), **fields}


def unit(callsign: str, status: str = "available", **fields: Any) -> dict[str, Any]:
    place = {"lat": 37.76, "lon": -122.43, "fix_at": ago(2)}
    return {"callsign": callsign, "status": status, "status_since": ago(60), "beat": "D3", **place, **fields}


def row(page: Page, queue: str, entity: str) -> Locator:
    """The row of an entity in one of the queues: calls, incidents, units."""
    return page.locator(f'#{queue}-queue .ag-row[row-id="{entity}"]')


def order(page: Page, queue: str) -> list[str]:
    """The ids of the rows as they stand."""
    rows = page.locator(f"#{queue}-queue .ag-center-cols-container .ag-row")
    return [str(id_) for id_ in rows.evaluate_all("(rows) => rows.map((row) => row.getAttribute('row-id'))")]


def wait_order(page: Page, queue: str, wanted: list[str]) -> None:
    """Wait until exactly these rows stand in this order."""
    page.wait_for_function(
        """([queue, wanted]) => {
          const rows = document.querySelectorAll(`#${queue}-queue .ag-center-cols-container .ag-row`);
          return JSON.stringify([...rows].map((row) => row.getAttribute('row-id'))) === JSON.stringify(wanted);
        }""",
        arg=[queue, wanted],
    )


def leave(page: Page) -> None:
    """Take the pointer out of every queue, and the keyboard too."""
    page.mouse.move(5, 5)
    page.evaluate("document.activeElement?.blur()")
