"""The files that hold secrets or records: looked at before anything starts that would only fail over them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from rtcc.access.accounts import Accounts
from rtcc.access.devices import Devices
from rtcc.access.keys import KeyRing
from rtcc.access.private_file import NotPrivateError, open_to_others, require_private
from rtcc.settings import Settings

#: An address with a password in it: of the store, or of the journal's place.
_WITH_PASSWORD = re.compile(r"://[^/\s\"'@]*:[^/\s\"'@]+@")


def require_own_files(settings: Settings) -> None:
    """Refuse files that others can read, or that hold something else. Raises KeptFileError or NotPrivateError."""
    Accounts(settings.data_dir).all()
    KeyRing(settings.data_dir).all()
    Devices(settings.data_dir).all()
    for file, what in _with_secrets(settings):
        require_private(file, what)


def own_files_told(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with them, a line each, or that nothing is."""
    loose = open_to_others(settings.data_dir)
    wrong = [f"{path} can be read by others than its owner; chmod go= {path}" for path in loose]
    for file, what in _with_secrets(settings):
        try:
            require_private(file, what)
        except NotPrivateError as error:
            wrong.append(str(error))
    if wrong:
        yield from (f"OPEN: {sentence}" for sentence in wrong)
    else:
        yield "keys, accounts, devices, the audit log and secrets are for their owner alone"


def _with_secrets(settings: Settings) -> Iterator[tuple[Path, str]]:
    file = Path(os.environ.get("RTCC_CONFIG", "rtcc.toml"))
    if file.is_file() and _WITH_PASSWORD.search(file.read_text(encoding="utf-8")):
        yield file, "the file of settings, which has a password in it,"
    if settings.tls_key is not None:
        yield settings.tls_key, "tls_key"
    openid = settings.access.openid
    if openid is not None and openid.client_secret_file is not None:
        yield openid.client_secret_file, "access.openid.client_secret_file"
