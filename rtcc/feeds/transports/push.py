"""What is declared of a feed that pushes to us, and the signature that proves a body its sender's, and new."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from rtcc.feeds.options import Options
from rtcc.feeds.transports.secret import Secret, take_secret
from rtcc.model.checks import number

TIMESTAMP, SIGNATURE = "X-RTCC-Timestamp", "X-RTCC-Signature"
#: A signature is good for so long before and after the moment that it names.
WINDOW_S = 300.0
_PREFIX = "sha256="


class SignatureError(ValueError):
    """A signature that does not hold; the message says in a sentence what is wrong, and never what would be right."""


@dataclass(frozen=True, slots=True)
class PushTable:
    """``secret`` signs every body where it is not None; a body may have ``limit_bytes``."""

    secret: Secret | None
    limit_bytes: int

    @classmethod
    def from_table(cls, feed_name: str, table: dict[str, Any]) -> PushTable:
        """Check the table. Raises FeedTableError."""
        options = Options(f"feeds.{feed_name}.push", table)
        limit_mb = options.take("limit_mb", number(0.001, 64, "megabytes"), 5)
        made = cls(take_secret(options, "hmac"), int(limit_mb * 2**20))
        options.done()
        return made


def require_signature(secret: str, timestamp: str | None, signature: str | None, body: bytes, now: float) -> None:
    """Return where the signature is that of the timestamp and the body, and the timestamp is of now.

    Raises SignatureError. The signature is ``sha256=`` and the hex HMAC-SHA256 of timestamp, a dot, and the body.
    """
    if not timestamp or not signature:
        raise SignatureError(f"This feed's bodies are signed: {TIMESTAMP} and {SIGNATURE} are needed.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError(f"{TIMESTAMP} is no time; it must be whole seconds since 1970.")
    if abs(now - int(timestamp)) > WINDOW_S:
        raise SignatureError(f"{TIMESTAMP} is more than {WINDOW_S:.0f} s from this server's clock.")
    if not hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode("utf-8", "replace")):
        raise SignatureError(f"{SIGNATURE} is not that of this body.")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature that a sender puts beside a body."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return _PREFIX + mac.hexdigest()
