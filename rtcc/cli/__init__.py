"""The command line: `rtcc up`, and everything an operator does by hand."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from rtcc.access.accounts import AccountRefusedError
from rtcc.access.asked_store import AccessAway
from rtcc.access.audit import AuditUnavailable
from rtcc.access.devices import DeviceRefusedError
from rtcc.access.kept_file import KeptFileError
from rtcc.access.keys import KeyRefusedError
from rtcc.access.openid_settings import OpenIdSettingsError
from rtcc.access.private_file import NotPrivateError
from rtcc.access.sessions import LinkRefusedError
from rtcc.alarms.parameters import AlarmParameterError
from rtcc.city.pack import PackError
from rtcc.cli import audit, city, devices, doctor, feeds, journal, keys, simulate, up, users
from rtcc.feeds.formats.mapping import MappingError
from rtcc.feeds.payload import FeedTableError
from rtcc.feeds.transports.recording import RecordingError
from rtcc.store.connection import NoStoreError, StoreAway
from rtcc.tasks import StoreUnavailable

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
app.command("up")(up.up)
app.command("web")(up.web)
app.command("replay")(feeds.replay)
app.command("simulate")(simulate.simulate)
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(devices.app, name="devices")
app.add_typer(audit.app, name="audit")
app.add_typer(feeds.app, name="feeds")
app.add_typer(city.app, name="city")
app.add_typer(journal.app, name="journal")

_SAID = (
    AccountRefusedError,
    AlarmParameterError,
    audit.AuditSaidError,
    AuditUnavailable,
    DeviceRefusedError,
    FeedTableError,
    KeptFileError,
    KeyRefusedError,
    MappingError,
    LinkRefusedError,
    journal.JournalSaidError,
    NoStoreError,
    NotPrivateError,
    OpenIdSettingsError,
    PackError,
    RecordingError,
    AccessAway,
    StoreUnavailable,
    up.CannotStartError,
)


def main() -> None:
    """Run a command; what goes wrong in a foreseen way is said in one sentence, with exit code 2."""
    try:
        app()
    except _SAID as error:
        _end(str(error))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        _end(f"The setting {'.'.join(map(str, first['loc']))} is not usable: {first['msg']}.")
    except StoreAway as error:
        _end(f"The store does not answer ({type(error).__name__}).")


def _end(sentence: str) -> None:
    print(f"rtcc: {sentence}", file=sys.stderr)  # noqa: T201 - the command line speaks to its user
    sys.exit(2)
