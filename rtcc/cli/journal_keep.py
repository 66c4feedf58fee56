"""`rtcc journal verify`, `hold`, `release`, `holds`, `expunge`: what is done with the past besides reading it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.journal.expunge import expunge as take_out
from rtcc.journal.holds import Entity, KeepingRefusedError, agencies_of
from rtcc.journal.holds import hold as hold_entity
from rtcc.journal.holds import release as release_entity
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Place, open_place
from rtcc.journal.signing import load_signer, public_of
from rtcc.journal.verify import Finding, Verification
from rtcc.journal.writer import JournalWriter
from rtcc.model.fields import KINDS
from rtcc.picture.changes import instant_of, position_of
from rtcc.settings import Settings, load_settings
from rtcc.store import keys
from rtcc.store.connection import NoStoreError, StoreAway, connect

Kind = Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, as in the picture.")]
Agency = Annotated[str | None, typer.Option(help="Whose it is; needed where several agencies have had one of this id.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to `rtcc journal`."""
    for command in (verify, hold, release, holds, expunge):
        app.command(command.__name__)(command)


def verify(
    key: Annotated[
        list[str], typer.Option(help="A public key that may have signed, besides this installation's; may be repeated.")
    ] = [],  # noqa: B006 - typer reads the default
    noted: Annotated[
        str,
        typer.Option(metavar="N:SHA256", help="A head that verify printed before: look that it is still there."),
    ] = "",
    data: DataDir = None,
) -> None:
    """Look whether the journal is what its manifest says, byte for byte; exit 1 and name what is not."""
    settings = load_settings(data)
    ours = public_of(settings.data_dir)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Reading the journal", total=None)
        verification = Verification(
            _place(settings),
            [*key, *([ours] if ours else [])],
            lambda done, total: progress.update(task, completed=done, total=total),
        )
        findings = verification.run()
    if not verification.chain.entries and not verification.segments:
        raise KeepingRefusedError("There is no journal yet.")
    findings += _since_noted(verification, noted) + _since_confirmed(verification, settings)
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        raise typer.Exit(1)
    state = verification.chain.state
    segments = f"{verification.segments:,} segments, {verification.rows:,} rows"
    typer.echo(f"{segments}, unbroken up to {instant_of(state.position)}.")
    for path in verification.unfinished:
        typer.echo(f"{path} is no part of it: somebody is writing it, or was and died.")
    typer.echo(f"To note elsewhere, so that nobody can cut off the end unseen: {state.number}:{state.head}")


def _since_noted(verification: Verification, noted: str) -> list[Finding]:
    if not noted:
        return []
    number, _, sha256 = noted.partition(":")
    if not number.isdigit():
        raise KeepingRefusedError("What was noted is a number, a colon and 64 hexadecimal digits.")
    entry = verification.chain.entries.get(int(number))
    if entry is not None and entry.sha256 == sha256:
        return []
    return [Finding("manifest", f"Entry {number} of the manifest is not there any more as it was noted.")]


def _since_confirmed(verification: Verification, settings: Settings) -> list[Finding]:
    """Compare with the store, where it runs: what the journal once confirmed it must still have."""
    try:
        store = connect(settings)
    except NoStoreError:
        return []
    try:
        confirmed = position_of((store.hget(keys.JOURNAL, "confirmed") or b"").decode()) or 0
    except StoreAway:
        return []
    finally:
        store.close()
    # The journal may have gone on since it was looked at, so entries that came meanwhile are read too.
    if confirmed <= verification.chain.state.position or confirmed <= Manifest(_place(settings)).refresh().position:
        return []
    upto, sentence = instant_of(verification.chain.state.position), "the store knows it to have been confirmed up to"
    return [Finding("manifest", f"The journal ends at {upto}, but {sentence} {instant_of(confirmed)}.")]


def hold(
    kind: Kind,
    id_: Id,
    why: Annotated[str, typer.Option(help="Why, for whoever asks later: a case number, who ordered it.")],
    agency: Agency = None,
    data: DataDir = None,
) -> None:
    """Keep everything about one entity whatever the terms say, until it is released."""
    settings = load_settings(data)
    writer = _writer(settings)
    entity = _entity(writer.place, writer.manifest, kind, id_, agency)
    put_on_record(settings, "command", (entity.kind, entity.id), what="hold in the journal", why=why)
    hold_entity(writer.manifest, writer.place, entity, why)
    typer.echo(f"{entity} is held, with all that refers to it.")


def release(kind: Kind, id_: Id, agency: Agency = None, data: DataDir = None) -> None:
    """End a hold; what is past its term then goes."""
    settings = load_settings(data)
    writer = _writer(settings)
    entity = _entity(writer.place, writer.manifest, kind, id_, agency)
    put_on_record(settings, "command", (entity.kind, entity.id), what="release in the journal")
    release_entity(writer.manifest, entity)
    typer.echo(f"{entity} is not held any more.")


def holds(data: DataDir = None) -> None:
    """Print what is held, and why."""
    for key, why in sorted(Manifest(_place(load_settings(data))).refresh().holds.items()):
        held = Entity.of_key(key)
        typer.echo(f"{held.kind}\t{held.id}\t{held.agency}\t{why}")


def expunge(
    kind: Kind,
    id_: Id,
    order: Annotated[str, typer.Option(help="The court's order: which court, which number. The manifest names it.")],
    agency: Agency = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataDir = None,
) -> None:
    """Take one entity's fields out of the whole journal, for good, by order of a court."""
    settings = load_settings(data)
    writer = _writer(settings)
    entity = _entity(writer.place, writer.manifest, kind, id_, agency)
    if not yes:
        typer.confirm(f"Take all that is known of {entity} out of the journal? Nothing brings it back.", abort=True)
    put_on_record(settings, "command", (entity.kind, entity.id), what="expunge from the journal", order=order)
    store = connect(settings)
    try:
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("Looking through the journal", total=None)
            taken = take_out(
                writer, store, entity, order, lambda done, total: progress.update(task, completed=done, total=total)
            )
    finally:
        store.close()
    what = f"{taken.rows:,} rows and {taken.bodies:,} received bodies in {taken.segments:,} segments"
    typer.echo(f"{entity} was expunged: {what}.")


def _place(settings: Settings) -> Place:
    if not settings.keeps_journal():
        raise KeepingRefusedError("No journal is kept here: the setting journal is off.")
    return open_place(settings.journal_place())


def _writer(settings: Settings) -> JournalWriter:
    """Return a writer beside the process that keeps the journal; it begins nothing and sweeps nothing."""
    place = _place(settings)
    state = Manifest(place).refresh()
    if state.number < 0:
        raise KeepingRefusedError("There is no journal yet.")
    if public_of(settings.data_dir) != state.public:
        raise KeepingRefusedError("The key that signs this journal is not in this data folder; --data names another.")
    writer = JournalWriter(place, load_signer(settings.data_dir))
    writer.manifest.refresh()
    return writer


def _entity(place: Place, manifest: Manifest, kind: str, id_: str, agency: str | None) -> Entity:
    if kind not in KINDS:
        raise KeepingRefusedError(f"There is no kind {kind}; there are {', '.join(KINDS)}.")
    if agency is not None:
        return Entity(kind, agency, id_)
    try:
        agencies = agencies_of(place, manifest.state, kind, id_)
    except FileNotFoundError:
        agencies = agencies_of(place, manifest.refresh(), kind, id_)
    if not agencies:
        raise KeepingRefusedError(f"The journal knows no {kind} {id_}.")
    if len(agencies) > 1:
        raise KeepingRefusedError(f"{kind} {id_} is one of {' and of '.join(sorted(agencies))}: say --agency.")
    return Entity(kind, agencies.pop(), id_)
