"""`rtcc doctor`: what an operator asks first at two in the morning, in one screen."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from rtcc.cli.options import DataDir
from rtcc.feeds.health import freshness, interval_s, is_feed
from rtcc.picture.deadletters import DeadLetters
from rtcc.settings import load_settings
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
    typer.echo(f"durability  append-only file {append_only}; `{settings.durability}` asked for")
    counters = {name.decode(): int(value) for name, value in store.hgetall(keys.COUNTERS).items() if value.isdigit()}
    typer.echo(
        f"picture     {store.scard(keys.PRESENT):,} entities, {counters.get('changes', 0):,} changes told so far"
    )
    typer.echo(f"events      {counters.get('applied', 0):,} applied, {counters.get('stale', 0):,} of them stale")
    typer.echo(f"backlog     {store.zcard(keys.BATCHES):,} micro-batches are not in the picture yet")
    heard = {source.decode(): float(at) for source, at in store.hgetall(keys.HEARD).items()}
    for source, at in sorted((source, at) for source, at in heard.items() if is_feed(source)):
        age_s = max(0.0, time.time() - at)
        typer.echo(f"feed        {source}: {freshness(age_s, interval_s(source))}, last heard {age_s:,.0f} s ago")
    kept = DeadLetters(store)
    typer.echo(f"dead        {len(kept):,} letters kept, {counters.get('deadletters', 0):,} ever")
    for letter in kept.newest(letters):
        size = f"{len(letter.raw):,} bytes" if letter.whole else f"the first {len(letter.raw):,} bytes"
        typer.echo(f"  {letter.id}  {letter.source}: {letter.reason} ({size})")
        if raw:
            typer.echo(f"    {letter.raw.decode(errors='backslashreplace')}")
