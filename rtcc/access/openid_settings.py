"""What an installation says of its OpenID provider, checked before anybody relies on it."""

from __future__ import annotations

import os
from typing import Final

from rtcc.access.private_file import NotPrivateError, require_private
from rtcc.access.roles import ROLES
from rtcc.settings import OpenIdSettings

SECRET_VARIABLE: Final = "RTCC_OPENID_SECRET"  # noqa: S105 - where it stands, not what it is


class OpenIdSettingsError(ValueError):
    """Settings under which nobody could sign in with the provider; the message says why in one sentence."""


def require_roles(settings: OpenIdSettings) -> None:
    """Refuse a table that leads to a role which there is not. Raises OpenIdSettingsError."""
    unknown = sorted(set(settings.roles.values()) - set(ROLES))
    if unknown:
        raise OpenIdSettingsError(
            f"access.openid.roles names {unknown[0]}, which is no role; there are {', '.join(ROLES)}."
        )


def secret_of(settings: OpenIdSettings) -> str | None:
    """Return the client's secret, None for a client that has none. Raises OpenIdSettingsError."""
    file = settings.client_secret_file
    if file is None:
        return os.environ.get(SECRET_VARIABLE)
    try:
        require_private(file, "access.openid.client_secret_file")
    except NotPrivateError as error:
        raise OpenIdSettingsError(str(error)) from None
    return file.read_text(encoding="utf-8").strip()
