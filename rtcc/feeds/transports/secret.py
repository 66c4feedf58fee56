"""Secrets of feeds: ``feeds.toml`` names the variable of the environment that holds one, and never holds it itself."""

from __future__ import annotations

import os
from typing import Any

from rtcc.feeds.options import Options
from rtcc.model.checks import Check, text

#: Never so long as a file that somebody took for a variable.
_NAME = text(100)
#: As a default: there must be a value.
REQUIRED: Any = object()
_FORM = 'a table { env = "NAME" } that names a variable of the environment'


class Secret(str):
    """Text that must not be shown: what would show it shows that it is one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


def take_secret(options: Options, key: str, default: Any = None) -> Any:
    """Return the secret that ``key`` names, or the default where there is none. Raises FeedTableError.

    Only ``{ env = "NAME" }`` is taken: a secret in the file would be in every backup and every look at it.
    """
    if key not in options:
        return default
    return from_environment(options, key, options.take(key, Check(_names_variable, _FORM, "json")))


def take_text(options: Options, key: str, check: Check, default: Any = None) -> Any:
    """Return text that may stand in the file or be a secret of the environment. Raises FeedTableError."""
    if _names_variable(options.take_any(key)):
        return from_environment(options, key, options.take_any(key))
    return options.take(key, check) if default is REQUIRED else options.take(key, check, default)


def from_environment(options: Options, key: str, told: Any) -> Secret:
    """Return what the named variable holds. Raises FeedTableError where it is not set."""
    value = os.environ.get(told["env"], "")
    if not value:
        raise options.refuse(key, f"is to be read from {told['env']}, which is not set in the environment.")
    return Secret(value)


def _names_variable(told: Any) -> bool:
    return isinstance(told, dict) and told.keys() == {"env"} and _NAME.accepts(told["env"])
