"""The embedded store: private, on its own socket, durable as asked, and never two on one folder."""

from __future__ import annotations

import contextlib
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcc.picture.inbox import open_inbox
from rtcc.settings import Settings
from rtcc.store.connection import NoStoreError, StoreAway, connect, store_url
from rtcc.store.embedded import EmbeddedStore
from rtcc.tasks import INGEST_QUEUE
from tests.factories import make_event


class Machine:
    """Starts embedded stores, and ends what is left of them."""

    def __init__(self, data: Path) -> None:
        self.settings = Settings(data_dir=data)
        self.processes: list[subprocess.Popen[bytes]] = []

    def spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        self.processes.append(subprocess.Popen(command))
        return self.processes[-1]

    def store(self, **over: str) -> EmbeddedStore:
        return EmbeddedStore(self.settings.model_copy(update=over), self.spawn)


def option(machine: Machine, name: str) -> str:
    """Return an option of the server that runs."""
    (value,) = connect(machine.settings).execute_command("CONFIG", "GET", name).values()
    return value.decode()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine with an empty data folder."""
    made = Machine(tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


def test_it_is_private(machine: Machine) -> None:
    """The folder has mode 0700, whatever it had before; the socket lies in it; no port is open."""
    folder = machine.settings.data_dir / "store"
    folder.mkdir(mode=0o777)
    store = machine.store()
    store.start()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_ISSOCK((folder / "valkey.sock").stat().st_mode)
    assert option(machine, "port") == "0"


def test_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    """In a folder that is as private; clients find it by the address file."""
    machine = Machine(tmp_path / ("x" * 100))
    store = machine.store()
    process = store.start()
    socket = Path(store_url(machine.settings).removeprefix("unix://"))
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert connect(machine.settings).ping()
    store.close()
    assert process.wait(10) == 0


@pytest.mark.parametrize("name", ["a b", "100%", "50%25", "ä#1", "who?", "a@b:c"])
def test_signs_in_the_path_are_taken(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """By plain clients and by the ingest queue alike."""
    machine = Machine(tmp_path_factory.mktemp("s") / name)
    store = machine.store()
    process = store.start()
    inbox = open_inbox(machine.settings)
    inbox.put([make_event()])
    assert inbox.waiting() == connect(machine.settings).llen(INGEST_QUEUE) == 1
    store.close()
    assert process.wait(10) == 0


@pytest.mark.parametrize(("durability", "sync"), [("process", "no"), ("power", "always")])
def test_it_is_as_durable_as_asked(machine: Machine, durability: str, sync: str) -> None:
    """Every write is in the file before it is answered; with `power` on the disk too."""
    machine.store(durability=durability).start()
    assert (option(machine, "appendonly"), option(machine, "appendfsync")) == ("yes", sync)


def test_what_was_answered_survives_a_kill(machine: Machine) -> None:
    """Written, answered, killed, started again: it is there."""
    machine.store().start()
    reader = connect(machine.settings)
    for number in range(1000):
        reader.set(f"k{number}", "kept")
    machine.processes[0].send_signal(signal.SIGKILL)
    machine.processes[0].wait()
    machine.store().start()
    assert connect(machine.settings).get("k999") == b"kept"


def test_a_leftover_server_is_ended_first(machine: Machine) -> None:
    """A server whose supervisor was killed gives its folder up to the next one, with all it holds."""
    machine.store().start()
    connect(machine.settings).set("before", "1")
    machine.store().start()
    assert machine.processes[0].wait(10) == 0
    assert connect(machine.settings).get("before") == b"1"


def test_a_file_cut_by_a_crash_is_taken_up_to_the_cut(machine: Machine) -> None:
    """Half a last command, as a full disk or a power cut leaves it, does not keep the store from starting."""
    store = machine.store()
    store.start()
    connect(machine.settings).set("whole", "1")
    machine.processes[0].kill()
    machine.processes[0].wait()
    (log,) = (machine.settings.data_dir / "store").glob("appendonlydir/*.incr.aof")
    with log.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nha")
    machine.store().start()
    assert connect(machine.settings).get("whole") == b"1"


def test_after_its_end_nobody_is_sent_to_it(machine: Machine) -> None:
    """The address is gone with it, and commands say what to do."""
    store = machine.store()
    store.start()
    reader = connect(machine.settings)
    store.close()
    assert machine.processes[0].wait(10) == 0
    with pytest.raises(StoreAway):
        reader.ping()
    with pytest.raises(NoStoreError, match="rtcc up"):
        store_url(machine.settings)


def test_its_address_is_never_half_there(machine: Machine) -> None:
    """Whoever looks for it while it starts, again and again, finds the whole address or is told that there is none."""
    found: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            with contextlib.suppress(NoStoreError):
                found.add(store_url(machine.settings))

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(10):
        machine.store().start()
    over.set()
    looking.join()
    assert found == {machine.store().url}


def test_a_server_that_cannot_start_says_where_its_log_is(machine: Machine) -> None:
    """For example with a folder that is not a folder."""
    store = machine.store()
    (machine.settings.data_dir / "store" / "appendonlydir").write_text("in the way")
    with pytest.raises(RuntimeError, match="its log is"):
        store.start()
