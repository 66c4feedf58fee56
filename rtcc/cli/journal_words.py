"""What the commands that read the journal share: its opening, moments as people write them, what is said beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, NamedTuple

import orjson
import typer

from rtcc.city.choice import city_folder
from rtcc.city.pack import PackError, load_pack
from rtcc.cli.journal import JournalSaidError
from rtcc.journal.place import open_place
from rtcc.journal.reader import Journal, position_at
from rtcc.model.fields import KINDS
from rtcc.picture.changes import SHIFT, instant_of, position_of, seconds_of
from rtcc.settings import Settings

KindOption = Annotated[
    list[str] | None, typer.Option("--kind", metavar="KIND", help="Only this kind; may be repeated.")
]
AgencyOption = Annotated[str | None, typer.Option("--agency", help="Only this agency's.")]
Since = Annotated[str | None, typer.Option("--since", metavar="MOMENT", help="Only what changed after this.")]
Until = Annotated[str | None, typer.Option("--until", metavar="MOMENT", help="Only what changed up to this.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def open_journal(settings: Settings) -> Journal:
    """Open this installation's journal, read up to now. Raises JournalSaidError where there is none, DamagedError."""
    if not settings.keeps_journal():
        raise JournalSaidError("No journal is kept here: the setting journal is off.")
    journal = Journal(open_place(settings.journal_place()))
    if journal.refresh().number < 0:
        raise JournalSaidError(f"There is no journal at {journal.place.address} yet.")
    return journal


class Clock(NamedTuple):
    """How people here write moments: in the city's zone, in UTC where there is no city."""

    zone: tzinfo
    name: str

    @classmethod
    def of(cls, settings: Settings) -> Clock:
        """Return the city's."""
        try:
            pack = load_pack(city_folder(settings))
        except PackError:
            return cls(UTC, "UTC")
        return cls(pack.zone, pack.timezone)

    def read(self, text: str) -> datetime:
        """Return the moment that a text names; without an offset it is this zone's. Raises JournalSaidError."""
        try:
            at = datetime.fromisoformat(text)
            return (at.replace(tzinfo=self.zone) if at.tzinfo is None else at).astimezone(UTC)
        except (ValueError, OverflowError):
            raise JournalSaidError(
                f"{text!r} is no moment; write 2026-11-22T02:14 ({self.name}), or 2026-11-22T10:14:00Z."
            ) from None

    def say(self, at: datetime | int) -> str:
        """Return a moment, or that of a position, as it is on the clocks here."""
        moment = datetime.fromtimestamp(seconds_of(at), UTC) if isinstance(at, int) else at
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"


def window_of(journal: Journal, clock: Clock, since: str | None, until: str | None) -> tuple[int, int]:
    """Return the positions that two moments name, without them the journal's ends; what it lacks there is said."""
    after = 0 if since is None else position_at(clock.read(since))
    upto = journal.reaches_to if until is None else position_at(clock.read(until))
    if since is not None and until is not None and after >= upto:
        raise JournalSaidError(f"{since} is not before {until}.")
    if after >= journal.reaches_to:
        raise JournalSaidError(f"The journal reaches to {ends(journal, clock)}, not beyond {since}.")
    if upto >> SHIFT > journal.reaches_to >> SHIFT:
        note(f"The journal reaches to {ends(journal, clock)}; what changed later is not in it yet.")
    for first, last in journal.state.gaps:
        begin, end = position_of(first) or 0, position_of(last) or 0
        if begin < upto and end > after:
            note(gap_sentence(begin, end, clock))
    return after, upto


def ends(journal: Journal, clock: Clock) -> str:
    """Say up to when the journal has everything."""
    at = journal.reaches_to
    return f"{clock.say(at)} {clock.name} ({instant_of(at)})"


def gap_sentence(begin: int, end: int, clock: Clock) -> str:
    """Say that changes are missing."""
    if begin == 0:
        return f"The journal begins at {clock.say(end)}; what was there before is missing until its next whole picture."
    return f"The journal has a gap from {clock.say(begin)} to {clock.say(end)}: changes were lost with the store."


def known_kinds(kinds: Sequence[str] | None) -> list[str] | None:
    """Return the kinds that were asked for, None for all. Raises JournalSaidError."""
    for kind in kinds or ():
        if kind not in KINDS:
            raise JournalSaidError(f"{kind} is no kind of entity; it must be one of {', '.join(KINDS)}.")
    return list(kinds) if kinds else None


def fields_line(fields: dict[str, Any]) -> str:
    """Return fields as one line of text: name=value, JSON where a value is not one plain word."""
    return "  ".join(f"{name}={_plain(value)}" for name, value in fields.items() if value is not None)


def _plain(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and " " not in value:
        return value
    return orjson.dumps(value).decode()


def note(sentence: str) -> None:
    """Say something beside the answer."""
    typer.echo(f"rtcc: {sentence}", err=True)
