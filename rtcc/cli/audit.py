"""`rtcc audit`: check the record of who did what, read it, and hand it out; reading it is put on record too."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from rtcc.access.audit import folder_of
from rtcc.access.audit_export import as_csv, as_json_lines
from rtcc.access.audit_heads import Link
from rtcc.access.audit_read import AuditFilter, newest_first, oldest_first
from rtcc.access.audit_verify import verify as verify_log
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Check the record of who did what, read it, and hand it out.")

Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Only what somebody did whose name holds this.")]
Action = Annotated[str, typer.Option("--action", metavar="ACTION", help="Only this action, such as: sign in.")]
Subject = Annotated[str, typer.Option("--subject", metavar="KIND:ID", help="Only about what holds this.")]
Since = Annotated[str, typer.Option("--since", metavar="TIME", help="Only from this day or instant (UTC) on.")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="Only up to this instant, or to this day's end.")]
_EVERYTHING = AuditFilter()


class AuditSaidError(ValueError):
    """What was asked of the audit log cannot be; the message says why in one sentence."""


@app.command()
def verify(
    noted: Annotated[
        str, typer.Option(metavar="N:SHA256", help="An end that verify printed before: look that it is still there.")
    ] = "",
    data: DataDir = None,
) -> None:
    """Find any record that was changed, removed, moved, put in or cut off; end with 1 where there is one."""
    settings = load_settings(data)
    verified = verify_log(settings, _noted(noted))
    for note in verified.notes:
        typer.echo(note)
    for finding in verified.findings:
        typer.echo(finding)
    span = f", from {verified.since} to {verified.until}" if verified.records else ""
    state = "The chain is broken" if verified.findings else "The chain is whole"
    typer.echo(f"{state}: {verified.records} records{span}.")
    if verified.findings:
        raise typer.Exit(1)
    if verified.records:
        number, digest = verified.last
        typer.echo(f"To note elsewhere, so that nobody can write all of it anew unseen: {number}:{digest}")


@app.command()
def show(
    data: DataDir = None,
    who: Who = "",
    action: Action = "",
    subject: Subject = "",
    since: Since = "",
    until: Until = "",
) -> None:
    """Print what is on record, the newest first."""
    settings = load_settings(data)
    wanted = _wanted(who, action, subject, since, until)
    put_on_record(settings, "audit read", filter=wanted.said())
    for record in newest_first(folder_of(settings.data_dir), wanted):
        typer.echo(_line(record))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make: .csv, or .jsonl for JSON lines.")],
    data: DataDir = None,
    who: Who = "",
    action: Action = "",
    subject: Subject = "",
    since: Since = "",
    until: Until = "",
) -> None:
    """Write what is on record into a file for its owner alone, the oldest first."""
    if file.suffix not in {".csv", ".jsonl"}:
        raise AuditSaidError(f"FILE is {file.name}; its name must end in .csv or .jsonl.")
    settings = load_settings(data)
    wanted = _wanted(who, action, subject, since, until)
    put_on_record(settings, "export", ("audit", file.name), filter=wanted.said())
    lines = (as_csv if file.suffix == ".csv" else as_json_lines)(oldest_first(folder_of(settings.data_dir), wanted))
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        os.fchmod(opened.fileno(), 0o600)
        opened.writelines(lines)


def _noted(noted: str) -> Link | None:
    if not noted:
        return None
    found = re.fullmatch(r"(\d{1,19}):([0-9a-f]{64})", noted, re.ASCII)
    if found is None:
        raise AuditSaidError("What was noted is a number, a colon and 64 hexadecimal digits.")
    return Link(int(found[1]), found[2])


def _wanted(who: str, action: str, subject: str, since: str, until: str) -> AuditFilter:
    wanted = replace(_EVERYTHING, who=who, action=action, subject=subject)
    if since:
        wanted = replace(wanted, since=_instant("--since", since)[0])
    if until:
        wanted = replace(wanted, until=_instant("--until", until)[1])
    return wanted


def _instant(option: str, text: str) -> tuple[datetime, datetime]:
    """Return an instant twice, or where a day begins and where it ends."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        allowed = "a day (2026-11-29) or an instant (2026-11-29T07:00Z)"
        raise AuditSaidError(f"{option} is no time; it must be {allowed}.") from error
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    is_day = len(text) <= len("2026-11-29")
    return instant, instant + timedelta(days=1) if is_day else instant


def _line(record: dict[str, Any]) -> str:
    subject = ":".join(record["subject"]) if record["subject"] else "-"
    details = "; ".join(f"{name}: {value}" for name, value in record["details"].items())
    told = (record["purpose"] or "", details, f"from {record['address']}" if record["address"] else "")
    cells = (record["number"], record["at"], record["who"], record["action"], subject, record["outcome"])
    return "\t".join((*map(str, cells), " · ".join(part for part in told if part)))
