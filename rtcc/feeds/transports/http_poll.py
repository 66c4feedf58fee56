"""Polls one feed over HTTP: asks when it is due, reads the answer whole, hands it to the intake, and says when next.

Nothing is waited for between two tries: when the next one is due stands in the ledger, so that no worker sleeps and
any of them may make it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from rtcc.feeds import ledger as words
from rtcc.feeds.declared import Feed
from rtcc.feeds.intake import Intake
from rtcc.feeds.ledger import Entry, Ledger, breaker_of
from rtcc.feeds.payload import FeedTableError, Payload, Told
from rtcc.feeds.transports.http_answer import Answer, Fetcher, FetchError, make_client
from rtcc.feeds.transports.http_pages import fetch_pages
from rtcc.feeds.transports.http_table import PollTable
from rtcc.feeds.transports.page_rows import newest, read_page, since
from rtcc.feeds.transports.retry import pause_s
from rtcc.store import keys
from rtcc.store.commands import Lock
from rtcc.store.connection import LockLost
from rtcc.tasks import StoreUnavailable

#: A poll that has not said for so long that it goes on is given up, and another may begin.
LEASE_S = 60.0
_RENEW_S = 5.0
ETAG, MODIFIED, WATERMARK, FULL_AT = "etag", "modified", "watermark", "full_at"
#: A center that has no room is asked again after so long; the feed is not to blame.
_NO_ROOM_S = 5.0

#: What a poll came to: nothing was due, another one runs, the answer was taken, there was nothing new, the breaker
#: holds it back, or it failed.
NOT_DUE, BUSY, TAKEN, UNCHANGED, HELD, FAILED = "not due", "busy", "taken", "unchanged", "held", "failed"


class HttpPoll:
    """The poll of one feed; ``poll`` may be called as often as one likes, from any process."""

    def __init__(
        self,
        feed: Feed,
        intake: Intake,
        ledger: Ledger,
        require_room: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``require_room`` raises StoreUnavailable while the center can take in no more. Raises FeedTableError."""
        self.feed = feed
        self.table = table_of(feed)
        self._intake = intake
        self._ledger = ledger
        self._require_room = require_room
        self._now = now
        self._client = make_client(self.table)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def poll(self, slack_s: float = 0.0) -> str:
        """Poll if that is due within ``slack_s``, and return what it came to. Raises a StoreAway error."""
        now = self._now().timestamp()
        told = self._ledger.read()
        if float(told.get(words.NEXT_AT, 0)) > now + slack_s or breaker_of(self.feed, told).holds(now):
            return NOT_DUE
        lock = self._ledger.store.lock(
            keys.feed_lock(self.feed.name), timeout=LEASE_S, blocking=False, thread_local=False
        )
        if not lock.acquire():
            return BUSY
        try:
            # Read anew: another process may have polled while we came.
            told = self._ledger.read()
            if float(told.get(words.NEXT_AT, 0)) > now + slack_s:
                return NOT_DUE
            return self._poll(told, _renewing(lock))
        except LockLost:
            # Somebody else polls by now, and writes down what comes of it.
            return BUSY
        finally:
            with contextlib.suppress(LockLost):
                lock.release()

    def _poll(self, told: Mapping[str, str], alive: Callable[[], None]) -> str:
        began = self._now()
        failures = int(told.get(words.FAILURES, 0)) + 1
        try:
            self._require_room()
            self._ledger.attempt(began.timestamp())
            full = self._is_full(told, began)
            fetcher = Fetcher(self.table, self._client, alive)
            answers = fetch(self.table, fetcher, self._seen(told, full), began, {} if full else _conditions(told))
        except FetchError as error:
            wait_s = error.retry_after_s or pause_s(failures, self.feed.interval_s)
            self._ledger.fail(str(error), self._now().timestamp(), self._next(wait_s))
            return FAILED
        except StoreUnavailable as error:
            self._ledger.note({words.ERROR: str(error), words.ERROR_AT: began.timestamp(), **self._next(_NO_ROOM_S)})
            return FAILED
        next_at = {words.NEXT_AT: began.timestamp() + self.feed.interval_s}
        if answers[0].status == 304:
            self._ledger.succeed(Entry(fields=next_at), breaker_of(self.feed, told), self._now().timestamp())
            return UNCHANGED
        alive()
        marks = next_at | self._marks(answers, told, began, full)

        def after(read: Told) -> dict[str, str | float]:
            # What must be seen again to be believed must not be answered by "unchanged".
            return marks | {ETAG: "", MODIFIED: ""} if read.doubted else marks

        taken = self._intake.take(payloads_of(self.feed, answers, self._now()), together=True, after=after)
        if taken.held:
            return HELD
        if taken.unreadable:
            self._ledger.note(self._next(pause_s(failures, self.feed.interval_s)))
            return FAILED
        return TAKEN

    def _next(self, wait_s: float) -> dict[str, float]:
        return {words.NEXT_AT: self._now().timestamp() + wait_s}

    def _is_full(self, told: Mapping[str, str], now: datetime) -> bool:
        every_s = self.table.full_every_s
        return every_s is not None and now.timestamp() - float(told.get(FULL_AT) or 0) >= every_s

    def _seen(self, told: Mapping[str, str], full: bool) -> datetime | None:
        said = told.get(WATERMARK)
        return datetime.fromisoformat(said) if said and not full else None

    def _marks(
        self, answers: Sequence[Answer], told: Mapping[str, str], began: datetime, full: bool
    ) -> dict[str, str | float]:
        """Return where to go on from, once these answers are taken."""
        marks: dict[str, str | float] = {FULL_AT: began.timestamp()} if full or not told.get(FULL_AT) else {}
        if self.table.watermark is not None:
            seen = newest([read_page(answer) for answer in answers], self.table.watermark, began)
            before = self._seen(told, full=False)
            at = max(filter(None, (seen, before)), default=None)
            return marks | ({} if at is None else {WATERMARK: at.isoformat()})
        if self.table.paging is None:
            headers = answers[0].headers
            marks |= {ETAG: headers.get("etag", "")[:500], MODIFIED: headers.get("last-modified", "")[:100]}
        return marks


def table_of(feed: Feed) -> PollTable:
    """Return what is declared of a feed's poll. Raises FeedTableError."""
    table = PollTable.from_table(feed.name, feed.transport)
    if table.watermark is not None and getattr(feed.format, "snapshot", False):
        where = f"feeds.{feed.name}.poll.watermark"
        raise FeedTableError(f"{where} cannot go with snapshot: rows that are not asked for would count as gone.")
    return table


def fetch(
    table: PollTable, fetcher: Fetcher, seen: datetime | None, now: datetime, conditions: Mapping[str, str]
) -> list[Answer]:
    """Return all answers of one poll, in their order; a single 304 where nothing has changed. Raises FetchError."""
    url = httpx.URL(table.url)
    params = dict(table.params)
    watermark = table.watermark
    if watermark is not None:
        moment = since(watermark, seen, now)
        if moment is not None:
            params[watermark.param] = watermark.where.replace("{since}", moment)
    if table.paging is not None:
        return fetch_pages(fetcher, url, params, table.paging)
    # With a watermark every question is another one, so what was said of the last does not matter.
    return [fetcher.get(url.copy_merge_params(params), {} if watermark is not None else conditions)]


def fetch_once(feed: Feed) -> list[Payload]:
    """Return the payloads of one poll, without any state: to look at what a feed says. Raises FetchError."""
    table = table_of(feed)
    with make_client(table) as client:
        now = datetime.now(UTC)
        return payloads_of(feed, fetch(table, Fetcher(table, client), None, now, {}), now)


def payloads_of(feed: Feed, answers: Sequence[Answer], now: datetime) -> list[Payload]:
    """Return answers as payloads; each has a moment of its own, by which its events lead back to its bytes."""
    return [
        Payload(now + timedelta(microseconds=index), feed.name, answer.content_type, answer.body)
        for index, answer in enumerate(answers)
    ]


def _conditions(told: Mapping[str, str]) -> dict[str, str]:
    asked = {"If-None-Match": told.get(ETAG, ""), "If-Modified-Since": told.get(MODIFIED, "")}
    return {name: value for name, value in asked.items() if value}


def _renewing(lock: Lock) -> Callable[[], None]:
    """Return what keeps a lock while it is called now and then; it raises LockLost where the lock is no longer ours."""
    renewed = time.monotonic()

    def alive() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > _RENEW_S:
            lock.reacquire()
            renewed = time.monotonic()

    return alive
