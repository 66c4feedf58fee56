"""The gate of ingest: group commit, each request answered by the fate of its own events, and a limit to what waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

import pytest

from rtcc.model.event import Event
from rtcc.picture.journaled import JournalHealth
from rtcc.picture.received import Received
from rtcc.tasks import BATCH, StoreUnavailable
from rtcc.web.gate import Backlogged, IngestGate
from tests.factories import NOON, make_event


class Queue:
    """Where a gate sends to: remembers batches, can be held up, and can fail."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []
        self.bodies: list[list[bytes]] = []
        self.open = threading.Event()
        self.open.set()
        self.failing = False
        self.waiting = 0
        self.full = 0.0

    def send(self, events: Sequence[Event], received: Sequence[Received]) -> None:
        self.open.wait(10)
        if self.failing:
            raise StoreUnavailable("The store does not answer; nothing was acknowledged.")
        self.batches.append(list(events))
        self.bodies.append([one.body for one in received])

    def backlog(self) -> int:
        if self.failing:
            raise StoreUnavailable("The store does not answer.")
        return self.waiting

    def journal(self) -> JournalHealth:
        return JournalHealth(1, 0, self.full, None, None, None, "")


def through(queue: Queue, work: Callable[[IngestGate], Awaitable[None]], limit: int = 400) -> None:
    """Run some work against a running gate."""

    async def run() -> None:
        gate = IngestGate(queue.send, queue.backlog, limit, queue.journal)
        running = [asyncio.create_task(gate.run()), asyncio.create_task(gate.watch_backlog())]
        try:
            await asyncio.wait_for(work(gate), 20)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(run())


def some(count: int, name: str = "U") -> list[Event]:
    """Return so many events."""
    return [make_event(id_=f"{name}{number}") for number in range(count)]


def body(data: bytes) -> Received:
    """Return a body as it was received."""
    return Received(NOON, "cad", "application/json", data)


async def held(gate: IngestGate, queue: Queue, *requests: list[Event]) -> list[asyncio.Task[None]]:
    """Submit requests while a first one is on its way, so that they gather; the first is among them."""
    queue.open.clear()
    tasks = [asyncio.create_task(gate.submit(some(1, "first")))]
    await until(lambda: not gate._waiting and gate._something.is_set())
    tasks += [asyncio.create_task(gate.submit(request)) for request in requests]
    await until(lambda: len(gate._waiting) >= len(requests))
    return tasks


async def submit_for_ever(gate: IngestGate) -> None:
    """Submit one request after the other, until one is refused."""
    while True:
        await gate.submit(some(1))


async def until(seen: Callable[[], object]) -> None:
    """Let others run until something is seen."""
    while not seen():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)


def test_many_requests_travel_in_one_batch() -> None:
    """What gathers while one batch is on its way goes with the next, in order, and each request is let go."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue, *[some(2, f"r{number}-") for number in range(100)])
        assert not any(task.done() for task in tasks)
        queue.open.set()
        await asyncio.gather(*tasks)

    through(queue, work)
    assert [len(batch) for batch in queue.batches] == [1, 200]
    assert [event.id for event in queue.batches[1]][:4] == ["r0-0", "r0-1", "r1-0", "r1-1"]


def test_no_batch_is_too_large() -> None:
    """A large request is sent in several batches, and answered when all of them are kept."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue, some(400), some(2 * BATCH + 1), some(400))
        queue.open.set()
        await asyncio.gather(*tasks)

    through(queue, work)
    assert max(map(len, queue.batches)) <= BATCH
    assert sum(map(len, queue.batches)) == 1 + 400 + 2 * BATCH + 1 + 400


def test_a_failure_is_told_to_every_request_of_the_batch_and_to_no_other() -> None:
    """None of those is acknowledged; the gate goes on, and the next request is."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue, some(3), some(BATCH + 3))
        queue.failing = True
        queue.open.set()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(result, StoreUnavailable)
        queue.failing = False
        await gate.submit(some(1, "after"))

    through(queue, work)
    assert [event.id for event in queue.batches[-1]] == ["after0"]


def test_a_request_whose_sender_went_away_stops_nobody() -> None:
    """A cancelled request is passed over; the others of its batch are answered."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue, some(1), some(1))
        tasks[1].cancel()
        queue.open.set()
        await asyncio.gather(tasks[0], tasks[2])

    through(queue, work)


def test_over_the_limit_senders_are_told_to_come_back() -> None:
    """While too many batches wait for workers nothing is let in; once they shrink it is."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        queue.waiting = 10
        with pytest.raises(Backlogged):
            await submit_for_ever(gate)
        queue.waiting = 3
        await until(lambda: gate.backlog == 3)
        await gate.submit(some(1))

    through(queue, work, limit=10)


def test_while_the_journal_is_too_far_behind_no_report_is_let_in() -> None:
    """What it cannot write down must not fill the store: senders wait, operators do not, and it is seen to catch up."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        queue.full = 1.0
        while gate.journal is None or not gate.journal.is_full:
            await gate.submit(some(1))
        with pytest.raises(Backlogged, match="journal") as refused:
            await gate.submit(some(1), body(b"{}"))
        await gate.submit(some(1))
        assert refused.value.retry_after_s >= 1
        queue.full = 0.99
        await until(lambda: gate.journal is not None and not gate.journal.is_full)
        await gate.submit(some(1), body(b"{}"))

    through(queue, work)


def test_what_waits_in_this_process_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a store that hangs, memory does not fill: senders are told to come back."""
    monkeypatch.setattr("rtcc.web.gate._MOST_WAITING", 1000)
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue, some(500), some(500))
        with pytest.raises(Backlogged):
            await gate.submit(some(1))
        queue.open.set()
        await asyncio.gather(*tasks)

    through(queue, work)


def test_bytes_travel_with_the_first_of_their_events() -> None:
    """What a request was received as goes once, with its first batch, also where nothing in it was an event."""
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue)
        submitted = [(some(BATCH + 1), b"large"), (some(1), b"small"), ([], b"refused")]
        tasks += [asyncio.create_task(gate.submit(events, body(data))) for events, data in submitted]
        await until(lambda: len(gate._waiting) == 4)
        queue.open.set()
        await asyncio.gather(*tasks)

    through(queue, work)
    assert [(len(batch), bodies) for batch, bodies in zip(queue.batches, queue.bodies, strict=True)] == [
        (1, []),
        (BATCH, [b"large"]),
        (2, [b"small", b"refused"]),
    ]


def test_large_bodies_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch carries a few megabytes of them, and what waits in this process is bounded by bytes too."""
    monkeypatch.setattr("rtcc.web.gate._BYTES_AT_ONCE", 10)
    monkeypatch.setattr("rtcc.web.gate._MOST_BYTES_WAITING", 20)
    queue = Queue()

    async def work(gate: IngestGate) -> None:
        tasks = await held(gate, queue)
        tasks += [asyncio.create_task(gate.submit(some(1), body(b"seven b"))) for _ in range(3)]
        await until(lambda: len(gate._waiting) == 3)
        with pytest.raises(Backlogged):
            await gate.submit(some(1), body(b""))
        queue.open.set()
        await asyncio.gather(*tasks)
        await gate.submit(some(1), body(b"after"))

    through(queue, work)
    assert [len(bodies) for bodies in queue.bodies] == [0, 2, 1, 1]


def test_at_the_end_whoever_waits_is_refused() -> None:
    """A server that stops leaves no request without an answer, and acknowledges none of them."""
    queue = Queue()

    async def run() -> None:
        gate = IngestGate(queue.send, queue.backlog, 400)
        running = asyncio.create_task(gate.run())
        tasks = await held(gate, queue, some(1), some(1))
        running.cancel()
        results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert all(isinstance(result, StoreUnavailable) for result in results)
        queue.open.set()

    asyncio.run(run())
