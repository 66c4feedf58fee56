"""The process that answers for the past: it comes when it is asked, goes when it is not, and keeps nobody waiting."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest

from rtcc.settings import Settings
from rtcc.web import past as module
from rtcc.web.past import NoPlaceToAskError, Past, PastUnavailable, UnknownToPastError
from tests.made_journal import writing
from tests.running import ROOT, environment, is_running
from tests.unit.insights.told_lives import a_life, incident, recorded

Scenario = Callable[[Past], Awaitable[None]]


@pytest.fixture
def settings_of_past(tmp_path: Path) -> Settings:
    """Settings of an installation that has a journal and no store that runs."""
    recorded(tmp_path, [a_life(), [incident(2_000, "NOWHERE", status="pending")]])
    return Settings(data_dir=tmp_path / "data", journal=str(tmp_path), journal_name="journal")


def play(settings: Settings, scenario: Scenario, **limits: float) -> None:
    """Let a scenario ask, and end the process."""

    async def played() -> None:
        past = Past(settings, **limits)
        try:
            await scenario(past)
        finally:
            pid = past.pid
            await past.close()
        assert pid is None or not is_running(pid)

    asyncio.run(played())


async def rows_of(past: Past) -> int:
    """Ask for the story; return how many rows it has."""
    told = orjson.loads(await past.ask("incident_story", incident_id="I-1", audience="admin"))
    return len(told["timeline"])


async def gone(pid: int) -> None:
    """Wait until a process is no more."""
    async with asyncio.timeout(10):
        while is_running(pid):  # noqa: ASYNC110 - nobody tells when a process is gone
            await asyncio.sleep(0.02)


def test_it_starts_when_asked_and_what_it_cannot_tell_it_says(settings_of_past: Settings) -> None:
    """No process before the first question; nothing on record, and no place, are told apart."""

    async def scenario(past: Past) -> None:
        assert past.pid is None
        assert await rows_of(past) == 8
        with pytest.raises(UnknownToPastError):
            await past.ask("incident_story", incident_id="I-404", audience="admin")
        with pytest.raises(NoPlaceToAskError):
            await past.ask("address_history", incident_id="NOWHERE", audience="admin")
        # An error of ours tells nobody anything, and the next question is answered.
        with pytest.raises(PastUnavailable, match="Something failed while the past was read"):
            await past.ask("incident_story", incident_id=5, audience="nobody", more=1)
        assert await rows_of(past) == 8

    play(settings_of_past, scenario)


def test_equal_questions_share_an_answer_and_some_answers_are_kept(
    settings_of_past: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the same moment one is asked for all; heat and the hour are kept a while for each audience, a story is not."""
    asked: list[bytes] = []
    exchanged = Past._exchanged

    async def counted(past: Past, question: bytes) -> tuple[int, bytes]:
        asked.append(question)
        return await exchanged(past, question)

    monkeypatch.setattr(Past, "_exchanged", counted)

    async def scenario(past: Past) -> None:
        assert await asyncio.gather(*(rows_of(past) for _ in range(5))) == [8] * 5
        assert len(asked) == 1
        await rows_of(past)
        assert len(asked) == 2
        for audience, count in (("wall", 3), ("wall", 3), ("admin", 4)):
            await past.ask("heat", audience=audience)
            assert len(asked) == count
        monkeypatch.setitem(module.KEPT_S, "last_hour", 0.0)
        await past.ask("last_hour", audience="wall")
        await past.ask("last_hour", audience="wall")
        assert len(asked) == 6
        # One who goes away takes the answer from nobody.
        first, second = asyncio.ensure_future(rows_of(past)), asyncio.ensure_future(rows_of(past))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == 8

    play(settings_of_past, scenario)


def test_when_it_dies_the_question_is_asked_of_a_new_one(settings_of_past: Settings) -> None:
    """Between two questions, and in the middle of one."""

    async def scenario(past: Past) -> None:
        await rows_of(past)
        first = past.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await rows_of(past) == 8
        second = past.pid
        assert second not in {None, first}
        os.kill(second or 0, signal.SIGSTOP)
        asking = asyncio.create_task(rows_of(past))
        await asyncio.sleep(0.05)
        os.kill(second or 0, signal.SIGKILL)
        assert await asking == 8

    play(settings_of_past, scenario)


def test_one_that_does_not_answer_is_given_up(settings_of_past: Settings) -> None:
    """After the time limit with one sentence; the next question is answered by a new one."""

    async def scenario(past: Past) -> None:
        await rows_of(past)
        stuck = past.pid or 0
        os.kill(stuck, signal.SIGSTOP)
        past._within_s = 0.2
        with pytest.raises(PastUnavailable, match=r"did not answer within 0\.2 s"):
            await rows_of(past)
        past._within_s = 30
        assert await rows_of(past) == 8
        await gone(stuck)

    play(settings_of_past, scenario, within_s=30)


def test_it_ends_when_nobody_asks_and_comes_again(settings_of_past: Settings) -> None:
    """Its memory is not held for a night."""

    async def scenario(past: Past) -> None:
        await rows_of(past)
        await gone(past.pid or 0)
        assert past.pid is None
        assert await rows_of(past) == 8

    play(settings_of_past, scenario, idle_s=0.1)


def test_what_stands_in_its_way_is_said(tmp_path: Path) -> None:
    """A journal that is off, one that is not there yet, one that is damaged, questions without number."""

    async def refused(past: Past) -> str:
        with pytest.raises(PastUnavailable) as said:
            await rows_of(past)
        return str(said.value)

    async def off(past: Past) -> None:
        assert await refused(past) == "No journal is kept here: the setting journal is off."
        assert past.pid is None

    async def nothing_yet(past: Past) -> None:
        assert await refused(past) == "There is no journal yet, and the store does not answer."

    async def damaged(past: Past) -> None:
        assert "rtcc journal verify" in await refused(past)

    async def too_many(past: Past) -> None:
        waiting = [asyncio.create_task(past.ask("heat", audience=str(number))) for number in range(64)]
        await asyncio.sleep(0)
        assert await refused(past) == "Too many questions to the past wait for their answers; ask again soon."
        for task in waiting:
            task.cancel()

    play(Settings(data_dir=tmp_path, journal="off"), off)
    play(Settings(data_dir=tmp_path / "empty"), nothing_yet)
    recorded(tmp_path, [a_life()])
    writing(tmp_path)
    settings = Settings(data_dir=tmp_path, journal=str(tmp_path), journal_name="journal")
    play(settings, too_many)
    for file in (tmp_path / "journal").rglob("incident-*.parquet"):
        file.write_bytes(b"nothing")
    play(settings, damaged)


def test_the_web_process_does_not_load_what_reads_the_journal() -> None:
    """Arrow's threads and memory stay out of the process that pushes the picture."""
    code = "import rtcc.web.server, sys; assert not {'pyarrow', 'rtcc.journal.reader', 'pandas'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment(), timeout=60)
