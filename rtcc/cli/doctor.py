"""`rtcc doctor`: what an operator asks first at two in the morning, in one screen."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from rtcc.cli.feeds_list import lines
from rtcc.cli.options import DataDir
from rtcc.cli.own_files import own_files_told
from rtcc.feeds.declared import load_feeds
from rtcc.feeds.feed_health import read_all
from rtcc.feeds.health import freshness, interval_s, is_feed
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.journaled import JournalHealth, read_health
from rtcc.settings import Settings, load_settings
from rtcc.store import keys
from rtcc.store.connection import connect


def doctor(
    data: DataDir = None,
    letters: Annotated[int, typer.Option(help="Show so many of the newest dead letters.")] = 10,
    raw: Annotated[bool, typer.Option("--raw", help="Show their bytes too; they may hold names and numbers.")] = False,
) -> None:
    """Say how the store, the feeds and the queue are, and show the newest dead letters with their reasons."""
    settings = load_settings(data)
    store = connect(settings)
    began = time.perf_counter()
    store.ping()
    took_ms = (time.perf_counter() - began) * 1000
    server, persistence, memory = store.info("server"), store.info("persistence"), store.info("memory")
    name = server.get("server_name", "redis")
    version = server.get("valkey_version") or server.get("redis_version")
    append_only = "on" if persistence.get("aof_enabled") else "OFF: what is acknowledged can be lost"
    typer.echo(f"store       {name} {version}, answers in {took_ms:.1f} ms, {memory['used_memory_human']} used")
    for line in own_files_told(settings):
        typer.echo(f"secrets     {line}")
    typer.echo(f"durability  append-only file {append_only}; `{settings.durability}` asked for")
    counters = {name.decode(): int(value) for name, value in store.hgetall(keys.COUNTERS).items() if value.isdigit()}
    typer.echo(
        f"picture     {store.scard(keys.PRESENT):,} entities, {counters.get('changes', 0):,} changes told so far"
    )
    typer.echo(f"events      {counters.get('applied', 0):,} applied, {counters.get('stale', 0):,} of them stale")
    typer.echo(f"backlog     {store.zcard(keys.BATCHES):,} micro-batches are not in the picture yet")
    for line in _journal(settings, read_health(store, settings), time.time()):
        typer.echo(f"journal     {line}")
    declared = read_all(store, load_feeds(settings.feeds_path()))
    for health in declared:
        for line in lines(health, 0, time.time()):
            typer.echo(f"feed        {line}")
    ours = {health.feed.source for health in declared}
    heard = {source.decode(): float(at) for source, at in store.hgetall(keys.HEARD).items()}
    for source, at in sorted((source, at) for source, at in heard.items() if is_feed(source) and source not in ours):
        age_s = max(0.0, time.time() - at)
        typer.echo(f"feed        {source}: {freshness(age_s, interval_s(source))}, last heard {age_s:,.0f} s ago")
    kept = DeadLetters(store)
    typer.echo(f"dead        {len(kept):,} letters kept, {counters.get('deadletters', 0):,} ever")
    for letter in kept.newest(letters):
        size = f"{len(letter.raw):,} bytes" if letter.whole else f"the first {len(letter.raw):,} bytes"
        typer.echo(f"  {letter.id}  {letter.source}: {letter.reason} ({size})")
        if raw:
            typer.echo(f"    {letter.raw.decode(errors='backslashreplace')}")


def _journal(settings: Settings, health: JournalHealth | None, now: float) -> Iterator[str]:
    """Yield what there is to say of the journal, a line each."""
    if health is None:
        yield "none is kept: the past is lost with the stream"
        return
    yield _place(settings)
    if health.confirmed_at is None:
        yield "the store has not heard of it yet"
    else:
        yield f"has everything up to {datetime.fromtimestamp(health.confirmed_at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    late_s = 0.0 if health.due_at is None else max(0.0, now - health.due_at)
    late = f", the oldest {late_s:,.0f} s late" if late_s else ""
    yield (
        f"{health.behind:,} changes and {health.raw_behind / 2**20:,.1f} MiB as received wait for it{late}; "
        f"{health.full:.1%} of the room for them is used"
    )
    if health.is_full:
        yield "FULL: ingest answers 429 until it has caught up"
    if health.alive_at is None:
        yield "SILENT: its process has never spoken; it is `python -m workers.journal`, which `rtcc up` starts"
    else:
        silent = "SILENT: " if health.is_silent(now) else ""
        yield f"{silent}its process last spoke {max(0.0, now - health.alive_at):,.0f} s ago"
    if health.trouble:
        yield f"TROUBLE: {health.trouble}"


def _place(settings: Settings) -> str:
    """Say where it is, and whether this command, as whoever runs it, can read and write there."""
    # Here, because the filesystems' package takes a while to import that the other commands should not have to wait.
    from rtcc.journal.manifest import FOLDER  # noqa: PLC0415
    from rtcc.journal.place import PlaceError, open_place  # noqa: PLC0415

    address = settings.journal_place()
    shown = re.sub(r"//[^/@]*@", "//", address)
    probe = f"probe-{uuid.uuid4().hex[:8]}"
    try:
        place = open_place(address)
        if next(place.files(FOLDER), None) is None:
            # A folder that this command made would be its own and not that of the process.
            return f"{shown}: nothing has been written there yet"
        place.put(probe, b"")
        place.remove(probe)
    except PlaceError as error:
        return f"{shown}: TROUBLE: {error}"
    return f"{shown}: can be reached and written"
