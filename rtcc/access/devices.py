"""Registered screens: wall devices that nobody signs in to, and dispatch positions where sessions do not lock."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, get_args

from rtcc.access.kept_file import KeptFile
from rtcc.model.event import iso

Kind = Literal["wall", "position"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
#: The address of a device that no browser has claimed ends so long after it was made.
OFFER_HOURS: Final = 24
OFFER: Final = timedelta(hours=OFFER_HOURS)
#: That a device is used where it may not be is told at most this often: its screen asks every few seconds.
_TOLD_EVERY_S = 600.0
_AGENT_SHOWN = 200


class DeviceRefusedError(ValueError):
    """A device that cannot be registered or is not there; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Device:
    """One registered screen. ``id`` may be shown and named; it opens nothing.

    ``address`` is the client address it was claimed from and is bound to, unless ``any_address``.
    """

    id: str
    name: str
    kind: Kind
    registered_at: str
    any_address: bool = False
    claimed_at: str | None = None
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A device with the hash of what its browser holds; it is kept under the hash of its address' token."""

    device: Device
    secret: str = ""


class Devices:
    """The devices of one installation. Reads the file again when another process has changed it."""

    def __init__(self, data_dir: Path, on_stray: Callable[[Device, str], None] | None = None) -> None:
        """Use the file in this data folder, which need not exist yet.

        ``on_stray`` is told, once in a while, which device was used from which other address than its own.
        """
        self._file = KeptFile(data_dir / "devices.json", _read)
        self._on_stray = on_stray
        self._told_at: dict[str, float] = {}

    def register(self, name: str, kind: str, *, any_address: bool = False, now: datetime | None = None) -> str:
        """Make a device and return the token of the address that claims it. Raises DeviceRefusedError."""
        known = next((each for each in KINDS if each == kind), None)
        if known is None:
            raise DeviceRefusedError(f"kind is no known kind of device; it must be one of {', '.join(KINDS)}.")
        if not (0 < len(name) <= 64 and name.isprintable() and name.strip() == name):
            raise DeviceRefusedError(
                "name is empty, too long or no plain text; it must be text of 1 to 64 printable characters, "
                "without a space at either end."
            )
        token = secrets.token_urlsafe(32)
        with self._file.changing() as kept:
            # What nobody claimed in time keeps no name from anybody.
            for digest in [digest for digest, one in kept.items() if is_over(one.device, now)]:
                del kept[digest]
            if _named(kept, name) is not None:
                raise DeviceRefusedError(f"A device named {name} exists already; revoke it first or choose another.")
            device = Device(secrets.token_hex(6), name, known, iso(now or datetime.now(UTC)), any_address)
            kept[_hash(token)] = _Kept(device)
        return token

    def offered(self, token: str, now: datetime | None = None) -> Device | None:
        """Return which device an address would make of a browser, and leave it as it is; None where it does not."""
        return _offer(self._file.current().get(_hash(token)), now)

    def was_claimed(self, token: str) -> bool:
        """Say whether a browser has become a device by this address."""
        one = self._file.current().get(_hash(token))
        return one is not None and one.secret != ""

    def claim(self, token: str, address: str, agent: str, now: datetime | None = None) -> tuple[str, Device] | None:
        """Use an address up: of all who come with it, one becomes the device and gets what its cookie holds."""
        secret, digest = secrets.token_urlsafe(32), _hash(token)
        with self._file.changing() as kept:
            offered = _offer(kept.get(digest), now)
            if offered is None:
                return None
            at = iso(now or datetime.now(UTC))
            device = replace(offered, claimed_at=at, address=address, agent=_plain(agent))
            kept[digest] = _Kept(device, _hash(secret))
        return secret, device

    def find(self, secret: str, address: str) -> Device | None:
        """Return the device whose browser holds this, where it asks from the address it may ask from."""
        digest = _hash(secret)
        device = next((one.device for one in self._file.current().values() if one.secret == digest), None)
        if device is None or device.any_address or device.address == address:
            return device
        self._tell(device, address)
        return None

    def revoke(self, name: str) -> Device | None:
        """Forget a device, at once, and return it; None where there is none of this name."""
        with self._file.changing() as kept:
            digest = _named(kept, name)
            return None if digest is None else kept.pop(digest).device

    def all(self) -> list[Device]:
        """Return every device by name."""
        kept = self._file.current().values()
        return sorted((one.device for one in kept), key=lambda device: device.name.casefold())

    def _tell(self, device: Device, address: str) -> None:
        now = time.monotonic()
        if self._on_stray is not None and now - self._told_at.get(device.id, -_TOLD_EVERY_S) >= _TOLD_EVERY_S:
            self._told_at[device.id] = now
            self._on_stray(device, address)


def is_over(device: Device, now: datetime | None = None) -> bool:
    """Say whether nobody has claimed a device in time, so that its address is worth nothing any more."""
    made = datetime.fromisoformat(device.registered_at)
    return device.claimed_at is None and (now or datetime.now(UTC)) - made > OFFER


def _read(fields: dict[str, Any]) -> _Kept:
    return _Kept(Device(**fields["device"]), fields["secret"])


def _offer(one: _Kept | None, now: datetime | None) -> Device | None:
    return None if one is None or one.secret or is_over(one.device, now) else one.device


def _named(kept: Mapping[str, _Kept], name: str) -> str | None:
    return next((digest for digest, one in kept.items() if one.device.name.casefold() == name.casefold()), None)


def _plain(agent: str) -> str:
    return "".join(letter for letter in agent if letter.isprintable())[:_AGENT_SHOWN]


def _hash(token: str) -> str:
    # As for keys: 256 random bits need no slow hash, for there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
