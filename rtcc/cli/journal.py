"""`rtcc journal`: the past, read, checked, kept and restored; its commands are loaded when one of them is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup


class JournalSaidError(RuntimeError):
    """What a command about the journal cannot do; the message is one sentence."""


class _Journal(TyperGroup):
    """Loads what it needs late: the journal's libraries take longer to load than most other commands to run."""

    def list_commands(self, ctx: Any) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        self._load()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:
        with _said():
            return super().invoke(ctx)

    def _load(self) -> None:
        if self.commands:
            return
        from rtcc.cli import journal_export, journal_keep, journal_read, journal_restore  # noqa: PLC0415

        loaded = typer.Typer()
        for module in (journal_read, journal_export, journal_keep, journal_restore):
            module.add_to(loaded)
        self.commands = typer.main.get_group(loaded).commands


@contextmanager
def _said() -> Iterator[None]:
    """Turn what the journal raises in a block into one sentence."""
    from rtcc.journal.area import AreaError  # noqa: PLC0415
    from rtcc.journal.export import ExportError  # noqa: PLC0415
    from rtcc.journal.holds import KeepingRefusedError  # noqa: PLC0415
    from rtcc.journal.manifest import DamagedError  # noqa: PLC0415
    from rtcc.journal.place import PlaceError  # noqa: PLC0415
    from rtcc.journal.reader import BeyondError  # noqa: PLC0415
    from rtcc.journal.restore import RestoreError  # noqa: PLC0415
    from rtcc.journal.writer import OvertakenError  # noqa: PLC0415

    try:
        yield
    except (
        AreaError,
        BeyondError,
        DamagedError,
        ExportError,
        KeepingRefusedError,
        OvertakenError,
        PlaceError,
        RestoreError,
    ) as error:
        raise JournalSaidError(str(error)) from error


app = typer.Typer(
    cls=_Journal, no_args_is_help=True, help="The past: read it, check it, keep it, and rebuild the picture from it."
)
