"""`rtcc feeds list`: how every declared feed is, a line each, and below it what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated

import orjson
import typer

from rtcc.cli.options import DataDir
from rtcc.feeds.declared import load_feeds
from rtcc.feeds.feed_health import FeedHealth, health_of, read_all
from rtcc.picture.deadletters import DeadLetters
from rtcc.settings import load_settings
from rtcc.store.connection import NoStoreError, StoreAway, connect

_MOST_REASONS = 5


def list_feeds(
    data: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, with every number there is.")] = False,
) -> None:
    """Say of each feed of feeds.toml how it is: its state, last word, rows, lag, and what is wrong."""
    settings = load_settings(data)
    feeds = load_feeds(settings.feeds_path())
    now = time.time()
    letters: dict[str, int] = {}
    try:
        store = connect(settings)
        healths = read_all(store, feeds)
        letters = DeadLetters(store).by_source()
    except (NoStoreError, *StoreAway) as error:
        typer.echo(f"Nothing is known of them: {_why(error)}", err=True)
        healths = [health_of(feed, {}) for feed in feeds if feed.enabled]
    if as_json:
        told = [health.told(now) | {"dead_letters": letters.get(health.feed.source, 0)} for health in healths]
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        return
    for health in healths:
        for line in lines(health, letters.get(health.feed.source, 0), now):
            typer.echo(line)
    off = [feed.name for feed in feeds if not feed.enabled]
    if off:
        typer.echo(f"Switched off: {', '.join(off)}.")
    if not feeds:
        typer.echo(f"No feed is declared in {settings.feeds_path()}.")


def lines(health: FeedHealth, letters: int, now: float) -> Iterator[str]:
    """Yield what there is to say of a feed, what is wrong with it in lines of its own."""
    age_s = health.age_s(now)
    heard = "never heard" if age_s is None else f"heard {age_s:,.0f} s ago"
    counts = health.counts
    told = f"{counts['rows']:,} rows: {counts['accepted']:,} accepted, {counts['unchanged']:,} unchanged"
    lag = "" if health.lag_p50_s is None else f", lag {health.lag_p50_s:,.1f} s (p95 {health.lag_p95_s:,.1f} s)"
    name = f"{health.feed.name} ({health.feed.transport_name}, {health.feed.format_name})"
    yield f"{health.state(now):<5} {name}: {heard}, {told}, {counts['refused']:,} refused{lag}"
    if health.stopped:
        yield f"      STOPPED: {health.breaker.why} `rtcc feeds resume {health.feed.name}` lets it go on."
    if health.error:
        yield f"      TROUBLE: {health.error}"
    if health.held:
        yield f"      {health.held:,} payloads are held back; `rtcc feeds redrive {health.feed.name}` sends them again."
    if health.dropped:
        yield f"      {health.dropped:,} that were held back were let go: there were too many."
    if health.lost_messages:
        yield f"      {health.lost_messages:,} messages were lost: they came faster than they could be kept."
    if letters:
        yield f"      {letters:,} dead letters are open."
    reasons = sorted(health.reasons.items(), key=lambda item: -item[1])
    for reason, count in reasons[:_MOST_REASONS]:
        yield f"      {count:,} × {reason}"


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NoStoreError) else f"the store does not answer ({type(error).__name__})."
