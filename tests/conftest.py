"""Real parts for every test: a Valkey process and a whole `rtcc up` per run, each in a folder of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import connect
from rtcc.store.embedded import EmbeddedStore
from tests.running import Running, running

# What a generated history takes says nothing on a shared machine; the suite's own time limit catches what hangs.
hypothesis.settings.register_profile("rtcc", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("rtcc")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the browser's tests come last: Playwright's event loop then runs in the main thread until the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def valkey_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that lead to a real Valkey of this run."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("rtcc"))
    embedded = EmbeddedStore(settings, subprocess.Popen)
    process = embedded.start()
    yield settings
    embedded.close()
    process.wait(10)


@pytest.fixture
def settings(valkey_settings: Settings) -> Settings:
    """Settings of a test's own, on the run's Valkey, emptied."""
    connect(valkey_settings).flushall()
    return valkey_settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A client of an empty store."""
    client = connect(settings)
    yield client
    client.close()


@pytest.fixture(scope="session")
def rtcc_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole RTCC that many tests share: let each use ids of its own, and harm none of its processes."""
    with running(tmp_path_factory.mktemp("up")) as instance:
        instance.key("ingest")
        yield instance


@pytest.fixture(scope="module")
def own_rtcc_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole RTCC of one file's tests, which may kill any part of it that comes back by itself."""
    with running(tmp_path_factory.mktemp("own")) as instance:
        yield instance


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of other people's public data; tests that need it are skipped, visibly, where it is absent."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data with the public data sets is absent")
    return folder
