"""The journal's signature: a key of this installation signs every entry of the manifest."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_FILE = "journal.key"


class Signer:
    """Signs with an Ed25519 key (RFC 8032)."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """Return the signature as hexadecimal text."""
        return self._key.sign(data).hex()


def load_signer(data_dir: Path) -> Signer:
    """Return the signer of an installation; its key is made, readable to its owner alone, when first needed."""
    file = data_dir / _FILE
    try:
        return Signer(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text())))
    except FileNotFoundError:
        pass
    data_dir.mkdir(parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate()
    partial = file.with_name(f"{_FILE}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(made.private_bytes_raw().hex())
    try:
        os.link(partial, file)
    except FileExistsError:
        return load_signer(data_dir)
    finally:
        partial.unlink()
    return Signer(made)


def public_of(data_dir: Path) -> str | None:
    """Return the public half of an installation's key, None where it has none yet."""
    return load_signer(data_dir).public if (data_dir / _FILE).exists() else None


def is_signed(public: str, data: bytes, signature: str) -> bool:
    """Say whether the holder of the private half of ``public`` signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
