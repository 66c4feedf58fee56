"""Feeds as the server tells of them, and a window on /admin of the made-up city, which knows no feeds and nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Route

from rtcc.feeds.declared import Feed
from rtcc.feeds.feed_health import health_of
from rtcc.feeds.formats.native import NativeFormat
from rtcc.feeds.payload import FeedNames
from rtcc.model.event import iso
from tests.browser.conftest import City
from tests.browser.desk_windows import WATCH_SHIFTS, Windows

TOLD = "**/api/v1/feeds"


def ago(s: float) -> str:
    return iso(datetime.now(UTC) - timedelta(seconds=s))


def told(name: str, age_s: float | None = 1.0, **over: Any) -> dict[str, Any]:
    """What the server tells of a feed that was last heard so long ago, by the very function that tells it."""
    format_ = NativeFormat.from_table(FeedNames(name, name, "PD"), {})
    feed = Feed(name, f"Feed {name}", name, "PD", 60.0, format_, "native", "push", {}, True, 0.5, 20)
    at = datetime.now(UTC).timestamp()
    entry = {} if age_s is None else {b"success_at": str(at - age_s).encode()}
    return health_of(feed, entry).told(at) | {"dead_letters": 0} | over


def answer(*feeds: dict[str, Any], sources: list[dict[str, Any]] | None = None) -> Any:
    """A handler that answers with these."""
    body = {"as_of": ago(0), "feeds": list(feeds), "sources": sources or []}
    return lambda route: route.fulfill(json=body)


def open_admin(windows: Windows, city: City, handler: Any, query: str = "", **size: Any) -> Page:
    """The page as a supervisor has it."""
    page = windows.window(**size)
    page.add_init_script(WATCH_SHIFTS)
    page.route("**/admin*", _as_supervisor)
    page.route(TOLD, handler)
    page.goto(f"{city.url}/admin{query}")
    page.wait_for_selector('#admin[data-link="live"]')
    return page


def _as_supervisor(route: Route) -> None:
    came = route.fetch()
    body = came.text().replace('data-audience="wall"', 'data-audience="supervisor" data-oversees="yes"')
    route.fulfill(response=came, body=body.replace('data-viewer=""', 'data-viewer="Ann Roe"'))
