"""The record of who did what: append-only, hash-chained, on disk before anybody is told that it was done.

Each record is one line of JSON in `<data>/audit/<YYYY-MM>.jsonl` and holds the hash of the line before it, so that
nobody changes the past without being found out (see audit_verify.py). Any process of the installation may write.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from rtcc.access.audit_chain import AuditFolder
from rtcc.access.audit_heads import HeadInStore
from rtcc.model.event import iso
from rtcc.settings import Settings

#: What can be on record as having been done; whoever writes uses these words, and whoever reads chooses among them.
ACTIONS = (
    "sign in",
    "sign in failed",
    "sign out",
    "session locked",
    "session unlocked",
    "session ended",
    "role switched",
    "view",
    "purpose given",
    "break glass",
    "reviewed",
    "command",
    "export",
    "configuration",
    "audit read",
    "audit mended",
    "audit shortened",
    "account changed",
    "account disabled",
    "account enabled",
    "account locked",
    "account unlocked",
    "invitation made",
    "second factor set",
    "recovery code used",
    "device claimed",
    "device registered",
    "device revoked",
    "key made",
    "key revoked",
)
Outcome = Literal["done", "refused", "failed"]
#: Who waits longer than this for the disk is told so.
_WAIT_S = 5.0
LONGEST_TEXT = 500
_MOST_DETAILS = 30


class AuditUnavailable(RuntimeError):  # noqa: N818 - a state of the world, not a mistake
    """What happens cannot be put on record now, so it must not happen; the message says so in one sentence."""


def _now() -> str:
    return iso(datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """Who did what, to which subject, from where, with which outcome, for which purpose. Holds no secret."""

    at: str = field(default_factory=_now)
    who: str
    role: str = ""
    #: How we know who it is: session, key, device, cli, nobody …
    by: str = ""
    #: The session's id, which opens nothing.
    session: str = ""
    address: str = ""
    action: str
    subject: tuple[str, str] | None = None
    outcome: Outcome = "done"
    purpose: str | None = None
    details: dict[str, str] = field(default_factory=dict)


class AuditLog:
    """The audit log of one installation; the threads of a process share one, and may as well have each their own.

    Whatever waits while the disk is busy is written together, so that one flush serves all of it.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] | None = None) -> None:
        """Use the folder `audit` of the data folder, which need not exist yet."""
        self._folder = AuditFolder(folder_of(settings.data_dir), HeadInStore(settings))
        self._days = settings.audit_days
        self._now = now or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._waiting: list[tuple[dict[str, Any], Future[int]]] = []
        self._at_work = False
        self._thread: ThreadPoolExecutor | None = None

    def append(self, record: AuditRecord) -> int:
        """Put it on record and return its number once it is on disk. Raises AuditUnavailable where that cannot be."""
        try:
            return self._submit(record).result(_WAIT_S)
        except TimeoutError as error:
            raise _too_slow() from error

    async def keep(self, record: AuditRecord) -> int:
        """Do as ``append`` does, without holding up the event loop."""
        kept = asyncio.wrap_future(self._submit(record))
        # Whoever goes away meanwhile has done what they did: it goes on record all the same.
        kept.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(_WAIT_S):
                return await asyncio.shield(kept)
        except TimeoutError as error:
            raise _too_slow() from error

    def shorten(self) -> list[str]:
        """Remove whole months that are older than is kept, after a record that says so; return their files' names."""
        now = self._now()
        return self._folder.shorten(f"{(now - timedelta(days=self._days)).astimezone(UTC):%Y-%m}", now)

    def close(self) -> None:
        """Write what still waits, and let go of thread and store."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown()
        self._folder.close()

    def _submit(self, record: AuditRecord) -> Future[int]:
        kept: Future[int] = Future()
        with self._lock:
            self._waiting.append((bounded(record), kept))
            if not self._at_work:
                self._at_work = True
                if self._thread is None:
                    self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
                self._thread.submit(self._write_waiting)
        return kept

    def _write_waiting(self) -> None:
        while True:
            with self._lock:
                batch, self._waiting = self._waiting, []
                if not batch:
                    self._at_work = False
                    return
            try:
                numbers = self._folder.append([fields for fields, _ in batch], self._now())
            except Exception as error:  # noqa: BLE001 - whatever it is, each who waits must hear of it
                for _, kept in batch:
                    if kept.set_running_or_notify_cancel():
                        kept.set_exception(_unavailable(error))
            else:
                for (_, kept), number in zip(batch, numbers, strict=True):
                    if kept.set_running_or_notify_cancel():
                        kept.set_result(number)


def folder_of(data_dir: Path) -> Path:
    """Return the folder of the audit log in a data folder."""
    return data_dir / "audit"


def bounded(record: AuditRecord) -> dict[str, Any]:
    """Return a record as it is written: every text of one line, printable and of bounded length."""
    return {
        "at": plain(record.at),
        "who": plain(record.who),
        "role": plain(record.role),
        "by": plain(record.by),
        "session": plain(record.session),
        "address": plain(record.address),
        "action": plain(record.action),
        "subject": None if record.subject is None else [plain(part) for part in record.subject],
        "outcome": record.outcome,
        "purpose": None if record.purpose is None else plain(record.purpose),
        "details": {plain(key): plain(value) for key, value in list(record.details.items())[:_MOST_DETAILS]},
    }


def plain(text: object) -> str:
    """Return a text that fits one line and holds nothing that could pass for something else."""
    text = str(text)
    if len(text) <= LONGEST_TEXT and text.isprintable():
        return text
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: LONGEST_TEXT + 1])
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "…"


def _unavailable(error: Exception) -> AuditUnavailable:
    why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    unavailable = AuditUnavailable(f"The audit log cannot be written ({why}), so it is not done.")
    unavailable.__cause__ = error
    return unavailable


def _too_slow() -> AuditUnavailable:
    return AuditUnavailable(f"The audit log did not take the record within {_WAIT_S:.0f} s, so nothing is done.")
