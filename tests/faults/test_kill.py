"""`kill -9` under 200 events a second: whatever dies, the picture ends as that of exactly what was acknowledged."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from rtcc.settings import Settings
from rtcc.store.connection import connect
from tests.faults.driver import RATE, Driver
from tests.running import Running, eventually, is_running, running


def kill_in_the_middle_of_a_batch(rtcc: Running, driver: Driver, name: str) -> None:
    """Kill the worker, or all its children, while a script of theirs waits in the store: begun, not done."""
    pool = rtcc.pool()
    store = connect(Settings(data_dir=rtcc.data))
    signal_all(pool, signal.SIGSTOP)
    try:
        # Now batches are handed to the children ...
        driver.push_more(RATE // 4)
        store.execute_command("CLIENT PAUSE 10000 WRITE")
        # ... who get as far as the store, and no further.
        signal_all(pool, signal.SIGCONT)
        eventually(lambda: any(map(_waits_in_script, store.client_list())), 5, 0.01, "a batch is being applied")
        victims = pool if name == "children" else [rtcc.pids()[name]]
        signal_all(victims, signal.SIGKILL)
        eventually(lambda: not any(map(is_running, victims)), 5)
    finally:
        store.execute_command("CLIENT UNPAUSE")
        store.close()


def signal_all(pids: list[int], number: int) -> None:
    """Send a signal to all of them that still are."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _waits_in_script(client: dict[str, str]) -> bool:
    return client["cmd"] == "evalsha" and "b" in client["flags"]


def test_the_workers_children_die_in_the_middle_of_a_batch(own_rtcc_up: Running) -> None:
    """The batches in hand go to other children; the picture is whole."""
    with Driver(own_rtcc_up, "children") as driver:
        driver.push_more(RATE)
        kill_in_the_middle_of_a_batch(own_rtcc_up, driver, "children")
        driver.push_more(RATE)
    driver.assert_whole()


def test_the_worker_dies_in_the_middle_of_a_batch(own_rtcc_up: Running) -> None:
    """A new worker is started, the lost one's tasks come to it within a minute, and no orphan works on."""
    pool = own_rtcc_up.pool()
    with Driver(own_rtcc_up, "worker") as driver:
        driver.push_more(RATE)
        kill_in_the_middle_of_a_batch(own_rtcc_up, driver, "worker")
        driver.push_more(RATE)
    driver.assert_whole()
    eventually(lambda: not any(map(is_running, pool)), 10, why="the dead worker's children are gone")


def test_the_web_process_dies(own_rtcc_up: Running) -> None:
    """A new web process takes up the picture; what was answered before is in it, what was not is sent again."""
    with Driver(own_rtcc_up, "web") as driver:
        driver.push_more(RATE)
        own_rtcc_up.send_signal("web", signal.SIGKILL)
        driver.push_more(2 * RATE)
    driver.assert_whole()
    assert driver.unanswered, "the driver pushed while there was nobody to answer"


def test_the_store_dies(own_rtcc_up: Running) -> None:
    """A new Valkey reads what the old one had written; workers and web find it by themselves."""
    with Driver(own_rtcc_up, "store") as driver:
        driver.push_more(RATE)
        before = own_rtcc_up.pids()
        killed = own_rtcc_up.send_signal("store", signal.SIGKILL)
        eventually(lambda: own_rtcc_up.pids().get("store") not in {None, killed}, 20, why="the store is started again")
        driver.push_more(2 * RATE)
    driver.assert_whole()
    assert driver.answers <= {202, 503}
    assert own_rtcc_up.pids()["web"] == before["web"], "the web process lived through it"


@pytest.mark.drill
def test_the_store_dies_again_and_again(own_rtcc_up: Running) -> None:
    """Five deaths of the store within seconds of each other lose nothing either."""
    with Driver(own_rtcc_up, "stores") as driver:
        for _ in range(5):
            driver.push_more(RATE // 2)
            killed = own_rtcc_up.send_signal("store", signal.SIGKILL)
            eventually(lambda gone=killed: own_rtcc_up.pids().get("store") not in {None, gone}, 30)
        driver.push_more(RATE)
    driver.assert_whole()


@pytest.mark.drill
def test_everything_dies_at_once(tmp_path: Path) -> None:
    """Supervisor and all: started again with the same data, the picture is whole."""
    with running(tmp_path / "data") as rtcc:
        with Driver(rtcc, "all") as driver:
            driver.push_more(RATE)
            everyone = rtcc.all_pids()
            signal_all(everyone, signal.SIGKILL)
            rtcc.stop()
            eventually(lambda: not any(map(is_running, everyone)), 10)
            rtcc.start()
            driver.push_more(RATE)
        driver.assert_whole()


def test_it_ends_in_time_under_load_and_begins_again_where_it_was(tmp_path: Path) -> None:
    """SIGTERM ends every process within ten seconds, and the next start has all that was acknowledged."""
    with running(tmp_path / "data") as rtcc:
        with Driver(rtcc, "stop") as driver:
            driver.push_more(RATE)
            everyone = rtcc.all_pids()
            assert rtcc.stop(signal.SIGTERM) < 10
            assert not [pid for pid in everyone if is_running(pid)]
            rtcc.start()
            driver.push_more(RATE // 2)
        driver.assert_whole()


@pytest.mark.drill
def test_only_the_supervisor_dies(tmp_path: Path) -> None:
    """What it had started ends by itself, and `rtcc up` can be started again at once with the same data and port."""
    with running(tmp_path / "data") as rtcc:
        with Driver(rtcc, "supervisor") as driver:
            driver.push_more(RATE // 2)
            orphans = [pid for pid in rtcc.all_pids() if pid != rtcc.pids()["rtcc"]]
            rtcc.stop(signal.SIGKILL)
            began = time.monotonic()
            rtcc.start()
            assert time.monotonic() - began < 30
            eventually(lambda: not any(map(is_running, orphans)), 15, why="no orphan is left")
            driver.push_more(RATE // 2)
        driver.assert_whole()
