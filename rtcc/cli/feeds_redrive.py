"""`rtcc feeds redrive` and `rtcc feeds resume`: what could not be taken is sent again, and a stopped feed goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.feeds.declared import Feed, find_feed, load_feeds
from rtcc.feeds.held import Held
from rtcc.feeds.intake import Intake
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.payload import Payload
from rtcc.model.event import Event, EventError, parse_event
from rtcc.model.wire import decode
from rtcc.picture.deadletters import DeadLetter, DeadLetters
from rtcc.picture.feed_inlet import FeedInlet
from rtcc.picture.inbox import open_inbox
from rtcc.picture.received import Received
from rtcc.settings import Settings, load_settings
from rtcc.store.connection import connect


def redrive(
    data: DataDir = None,
    feed: Annotated[
        str | None, typer.Argument(help="A declared feed: what its breaker held back, and its own dead letters.")
    ] = None,
) -> None:
    """Send the dead letters again, or all that one feed could not be read of; what can be taken now is dead no more."""
    settings = load_settings(data)
    put_on_record(settings, "command", ("feed", feed or "all"), what="redrive")
    if feed is not None:
        _redrive_feed(settings, find_feed(load_feeds(settings.feeds_path()), feed))
        return
    letters = DeadLetters(connect(settings))
    inbox = open_inbox(settings)
    taken, still = 0, 0
    for letter in list(letters.all()):
        now = datetime.now(UTC)
        try:
            events = _events_of(letter, now)
        except EventError:
            still += 1
            continue
        # Received anew, at another moment: those bytes are what these events lead back to.
        again = [Received(now, letter.source, "application/json", letter.raw)] if events[0].received_at == now else []
        inbox.put(events, again if settings.keeps_journal() else ())
        letters.remove(letter)
        taken += 1
    typer.echo(f"{taken:,} dead letters were sent again; {still:,} still cannot be read.")


def resume(
    feed: Annotated[str, typer.Argument(help="A declared feed, as `rtcc feeds list` shows it.")], data: DataDir = None
) -> None:
    """Close the breaker of a feed; what it held back stays until it is redriven."""
    settings = load_settings(data)
    ledger = Ledger(connect(settings), find_feed(load_feeds(settings.feeds_path()), feed))
    since = ledger.breaker().open_since
    put_on_record(settings, "command", ("feed", feed), what="resume")
    ledger.resume()
    held = len(Held(ledger.store, feed))
    typer.echo(f"{feed} was not stopped; it is asked anew." if since is None else f"{feed} goes on.")
    if held:
        typer.echo(f"{held:,} payloads are held back; `rtcc feeds redrive {feed}` sends them again.")


def _redrive_feed(settings: Settings, feed: Feed) -> None:
    inlet = FeedInlet(settings)
    inlet.require_room()
    taken, held = Intake(feed, Ledger(inlet.store, feed), inlet.put, inlet.bury).redrive(feed.breaker_share)
    typer.echo(f"{taken:,} payloads that were held back were taken in; {held:,} still cannot be read.")
    letters = DeadLetters(inlet.store)
    again, still = 0, 0
    for letter in _letters_of(letters, feed):
        events = _read_letter(feed, letter)
        if not events:
            still += 1
            continue
        inlet.put(events, [Payload(events[0].received_at, feed.name, "application/json", letter.raw)])
        letters.remove(letter)
        again += 1
    typer.echo(f"{again:,} dead letters were sent again; {still:,} still cannot be read.")


def _letters_of(letters: DeadLetters, feed: Feed) -> Iterator[DeadLetter]:
    return iter([letter for letter in letters.all() if letter.source == feed.source])


def _read_letter(feed: Feed, letter: DeadLetter) -> list[Event]:
    """Return what a feed's format makes of one row by itself now; nothing where it is refused still, or was cut."""
    if not letter.whole:
        return []
    try:
        # Without the feed's memory: one row says nothing of those that are not with it.
        told = feed.format.read(Payload(datetime.now(UTC), feed.name, "application/json", letter.raw), {})
    except Exception:  # noqa: BLE001 - one letter that breaks a format must not end the others
        return []
    return [] if told.refused else told.events


def _events_of(letter: DeadLetter, now: datetime) -> list[Event]:
    if not letter.whole:
        raise EventError("raw", "The letter was cut; ask the source to send it again.")
    try:
        value = orjson.loads(letter.raw)
    except orjson.JSONDecodeError:
        raise EventError("raw", "The letter is not JSON.") from None
    if type(value) is list and value and type(value[0]) is list:
        # A worker's own dead letter: events as they travel between our processes.
        try:
            return decode(letter.raw)
        except (ValueError, TypeError):
            raise EventError("raw", "The letter is a list of lists, and no batch of ours.") from None
    events = [parse_event(item, now) for item in (value if type(value) is list else [value])]
    if not events:
        raise EventError("raw", "The letter holds no event.")
    return events
