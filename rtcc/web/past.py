"""Asks the process that answers for the past: it starts at the first question, and ends when nobody asks any more."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Hashable
from typing import Any

from rtcc.insights.framing import ANSWERED, FAILED, HEAD, NO_PLACE, UNKNOWN, framed
from rtcc.settings import Settings

#: So long an answer to a question that many ask again and again is as good as a new one.
KEPT_S = {"heat": 60.0, "last_hour": 15.0}
#: A question that takes longer is given up, and the process that is still at it ended.
WITHIN_S = 15.0
#: What it has in memory is worth keeping for whoever opens the next incident, but not for a night.
IDLE_S = 600.0
_MOST_WAITING = 64
_ENDS_WITHIN_S = 0.5
#: A process may have died since it was last asked; two in a row are no accident.
_TRIES = 2


class PastUnavailable(RuntimeError):  # noqa: N818 - what is so, as in StoreUnavailable
    """The past cannot be asked now; the message is one sentence that says why."""


class UnknownToPastError(LookupError):
    """Nothing is on record of what was asked about."""


class NoPlaceToAskError(LookupError):
    """What was asked about has no place, or none that may be told."""


class Past:
    """The past, for the event loop. Equal questions at the same time share one answer."""

    def __init__(self, settings: Settings, *, within_s: float = WITHIN_S, idle_s: float = IDLE_S) -> None:
        """Nothing is started before the first question."""
        self._settings, self._within_s, self._idle_s = settings, within_s, idle_s
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._asking: dict[Hashable, asyncio.Task[bytes]] = {}
        self._kept: dict[Hashable, tuple[float, bytes]] = {}
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process that answers, None while there is none."""
        return None if self._process is None else self._process.pid

    async def ask(self, question: str, /, **arguments: Any) -> bytes:
        """Return the answer as JSON. Raises PastUnavailable, UnknownToPastError, NoPlaceToAskError."""
        if not self._settings.keeps_journal():
            raise PastUnavailable("No journal is kept here: the setting journal is off.")
        key = question, tuple(sorted(arguments.items()))
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        task = self._asking.get(key)
        if task is None:
            if self._closed or len(self._asking) >= _MOST_WAITING:
                raise PastUnavailable("Too many questions to the past wait for their answers; ask again soon.")
            task = self._asking[key] = asyncio.create_task(self._answer(key, question, arguments))
            task.add_done_callback(lambda done: self._answered(key, done))
        # Shielded: one who goes away must not take the answer from the others.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End the process; nothing is answered any more."""
        self._closed = True
        for task in list(self._asking.values()):
            task.cancel()
        if self._idle is not None:
            self._idle.cancel()
        await self._end()

    def _answered(self, key: Hashable, task: asyncio.Task[bytes]) -> None:
        self._asking.pop(key, None)
        if not task.cancelled():
            # Whoever asked may be gone; an exception that nobody fetches would be logged as forgotten.
            task.exception()

    async def _answer(self, key: Hashable, question: str, arguments: dict[str, Any]) -> bytes:
        try:
            async with asyncio.timeout(self._within_s):
                async with self._one_at_a_time:
                    status, body = await self._exchanged(framed({"question": question, "arguments": arguments}))
        except TimeoutError:
            raise PastUnavailable(
                f"The past did not answer within {self._within_s:g} s; the journal's place may be slow."
            ) from None
        if status == ANSWERED:
            if question in KEPT_S:
                self._kept[key] = time.monotonic() + KEPT_S[question], body
            return body
        if status == UNKNOWN:
            raise UnknownToPastError
        if status == NO_PLACE:
            raise NoPlaceToAskError
        raise PastUnavailable(body.decode())

    async def _exchanged(self, question: bytes) -> tuple[int, bytes]:
        """Return the status and the body of the answer; a process that has died meanwhile is replaced."""
        for _ in range(_TRIES):
            process = await self._started()
            try:
                assert process.stdin is not None  # noqa: S101 - both are pipes
                assert process.stdout is not None  # noqa: S101
                process.stdin.write(question)
                await process.stdin.drain()
                status, size = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
                body = await process.stdout.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                await self._end()
            except asyncio.CancelledError:
                # It would answer later, to the next question.
                self._kill()
                raise
            else:
                self._wait_idle()
                return status, body
        return FAILED, b"The process that reads the journal ended while it was asked; the server's log may say why."

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            command = [sys.executable, "-m", "rtcc.insights.answering"]
            try:
                self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
            except OSError as error:
                raise PastUnavailable(
                    f"The process that reads the journal does not start: {error.strerror}."
                ) from error
            assert self._process.stdin is not None  # noqa: S101
            # Through the pipe: a command line can be read by everybody on this machine, and the store has a password.
            self._process.stdin.write(framed(self._settings.model_dump(mode="json")))
        return self._process

    def _wait_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._let_go)

    def _let_go(self) -> None:
        """Close its input: it ends by itself."""
        if self._process is not None and self._process.stdin is not None and not self._asking:
            self._process.stdin.close()
            self._process = None

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process = None

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
