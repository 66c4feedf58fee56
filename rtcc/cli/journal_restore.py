"""`rtcc journal restore` and `raw`: back into a store that was lost, and back to the bytes as they were received."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from rtcc.cli.journal import JournalSaidError
from rtcc.cli.journal_words import AgencyOption, Clock, gap_sentence, known_kinds, note, open_journal
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.cli.up import alone
from rtcc.journal.raw_behind import RawBytes, raw_behind, raw_waiting
from rtcc.journal.reader import Journal
from rtcc.journal.restore import restore as rebuild
from rtcc.picture.changes import Change
from rtcc.picture.deadletters import DeadLetter, DeadLetters
from rtcc.settings import Settings, load_settings
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect
from rtcc.store.embedded import EmbeddedStore

#: A body may hold megabytes, so the bytes behind a few changes are in memory at a time.
_AT_ONCE = 50
_STOP_S = 30.0

Kind = Annotated[str | None, typer.Argument(metavar="KIND", help="Such as incident.")]
Id = Annotated[str | None, typer.Argument(metavar="ID", help='As in the picture; of a second agency\'s, "agency/id".')]


def add_to(app: typer.Typer) -> None:
    """Add these commands to `rtcc journal`."""
    for command in (restore, raw):
        app.command(command.__name__)(command)


def restore(data: DataDir = None) -> None:
    """Rebuild the picture in an empty store, up to the last change that the journal has; RTCC must not run."""
    settings = load_settings(data)
    # Before a store is started: there may be nothing to restore.
    open_journal(settings)
    put_on_record(settings, "command", what="restore from the journal")
    with _store(settings) as store:
        done = rebuild(settings, store)
    clock = Clock.of(settings)
    if done.gap:
        note(gap_sentence(*done.gap, clock))
    typer.echo(
        f"The picture is as it was at {clock.say(done.upto)} {clock.name}: {done.entities:,} entities; "
        f"{done.departed:,} more have left it and are remembered. What came later was not in the journal."
    )


@contextlib.contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """Open the store; that of a single machine runs for the length of a block."""
    if settings.redis_url is not None:
        with contextlib.closing(connect(settings)) as store:
            yield store
        return
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(settings.data_dir):
        embedded = EmbeddedStore(settings, subprocess.Popen)
        process = embedded.start()
        try:
            with contextlib.closing(connect(settings)) as store:
                yield store
        finally:
            embedded.close()
            process.wait(_STOP_S)


def raw(
    kind: Kind = None,
    id_: Id = None,
    data: DataDir = None,
    agency: AgencyOption = None,
    dead_letter: Annotated[
        str | None, typer.Option(metavar="ID", help="An event that could not be taken, as `rtcc doctor` shows it.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", file_okay=False, help="Write the bytes there, a file a body.")
    ] = None,
) -> None:
    """List the requests in which an entity's changes, or a dead letter, were received; with --into as they were."""
    if (dead_letter is None) == (kind is None or id_ is None):
        raise typer.BadParameter("name either a KIND and an ID, or a --dead-letter")
    settings = load_settings(data)
    store = _reachable(settings)
    journal = open_journal(settings)
    about = [_letter(store, dead_letter)] if dead_letter else _changes(journal, kind or "", id_ or "", agency)
    put_on_record(settings, "view", ("received", dead_letter or f"{kind}:{id_}"))
    clock, found = Clock.of(settings), 0
    for body in _behind(journal, store, about):
        found += 1
        typer.echo(_line(body, clock))
        if into is not None and body.body is not None:
            _write(into, body)
    if not found:
        raise JournalSaidError(
            "No bytes stand behind it: it was not received in a request, or they are not kept any more."
        )


def _reachable(settings: Settings) -> Store | None:
    """Return the store where there is one: it has what the journal has not got yet."""
    with contextlib.suppress(NoStoreError, *StoreAway):
        store = connect(settings)
        store.ping()
        return store
    return None


def _letter(store: Store | None, id_: str) -> DeadLetter:
    letter = DeadLetters(store).find(id_) if store is not None else None
    if letter is None:
        raise JournalSaidError(f"There is no dead letter {id_} in the store; `rtcc doctor` shows those there are.")
    return letter


def _changes(journal: Journal, kind: str, id_: str, agency: str | None) -> Iterator[Change]:
    known_kinds([kind])
    return journal.timeline(kind, id_, agency)


def _behind(journal: Journal, store: Store | None, about: Iterable[Change | DeadLetter]) -> Iterator[RawBytes]:
    """Yield the bytes behind changes, each body once."""
    left, told = iter(about), set()
    while some := list(islice(left, _AT_ONCE)):
        # The store first: what leaves it meanwhile is in the journal then.
        waiting = raw_waiting(store, *some) if store is not None else []
        journal.refresh()
        for body in [*raw_behind(journal, *some), *waiting]:
            if (body.received_at, body.sha256) not in told:
                told.add((body.received_at, body.sha256))
                yield body


def _line(body: RawBytes, clock: Clock) -> str:
    kept = "expunged" if body.body is None else f"SHA-256 {body.sha256}"
    sender = body.key or "unknown"
    return f"{clock.say(body.received_at)}  {sender}  {body.content_type or 'no type'}  {body.size:,} bytes  {kept}"


def _write(folder: Path, body: RawBytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{body.received_at:%Y%m%dT%H%M%S.%fZ}-{body.sha256[:16]}"
    # They may hold what nobody else on the machine may read.
    file.touch(mode=0o600)
    file.write_bytes(body.body or b"")
