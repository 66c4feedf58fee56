"""The second factor: codes of an authenticator app that change every half minute, and recovery codes for its loss."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from io import BytesIO
from typing import Final

import pyotp
import segno

ISSUER: Final = "RTCC"
#: So many recovery codes are given out, of 80 random bits each.
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES = 10
#: A code counts half a minute before and after its time, for clocks that differ.
_STEPS_AROUND = (0, -1, 1)


def new_secret() -> str:
    """Return a new secret, as authenticator apps take it: 160 random bits."""
    return pyotp.random_base32(32)


def app_address(secret: str, name: str) -> str:
    """Return what a QR code tells an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr_svg(secret: str, name: str) -> str:
    """Return the QR code as an SVG element, black on white in every theme, for that is what cameras read."""
    drawn = BytesIO()
    code = segno.make(app_address(secret, name), error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, light="#fff", dark="#000")
    return drawn.getvalue().decode()


def spelled(secret: str) -> str:
    """Return a secret in groups of four, for who types it."""
    return _grouped(secret, " ")


def step_of(secret: str, code: str, now: float) -> int | None:
    """Return the time step whose code this is, None where it is none of now; whether it was taken is another thing."""
    digits = "".join(code.split())
    totp = pyotp.TOTP(secret)
    # All of them, whichever is right: how long it takes tells nothing.
    steps = [
        totp.timecode(now) + around
        for around in _STEPS_AROUND
        if hmac.compare_digest(digits.encode(), totp.at(now, counter_offset=around).encode())
    ]
    return steps[0] if steps else None


def new_recovery_codes() -> list[str]:
    """Return new recovery codes, to be shown once."""
    return [
        _grouped(base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> str:
    """Return by what a recovery code is kept, however it was typed."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    # 80 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(plain.encode()).hexdigest()


def is_recovery(code: str) -> bool:
    """Say whether what somebody typed can only be meant as a recovery code."""
    return not "".join(code.split()).isdecimal()


def _grouped(letters: str, between: str = "-") -> str:
    return between.join(letters[start : start + 4] for start in range(0, len(letters), 4))
