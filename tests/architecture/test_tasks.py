"""Holds tasks, queues and those who consume them together: a task that nobody takes up would be lost without a word."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from rtcc.cli.up import _commands
from rtcc.settings import Settings
from rtcc.tasks import POLL_FEED, POLL_QUEUE, QUEUES, ROUTES

ROOT = Path(__file__).parents[2]
SHOW_APP = """
import json
from importlib import import_module
apps = [import_module(f"workers.{name}").app for name in ("app", "poll", "schedule")]
for app in apps[:2]:
    app.loader.import_default_modules()
tasks = sorted({task for app in apps[:2] for task in app.tasks})
print(json.dumps({"tasks": tasks, "schedule": [e["task"] for e in apps[2].conf.beat_schedule.values()]}))
"""
#: A feed of every transport that needs a process of its own, and the server that speaks to TAK clients.
FEEDS = """
cot_out = {}
[feeds.polled]
format = "native"
poll = { url = "http://127.0.0.1" }
[feeds.heard]
format = "native"
listen = { kind = "tcp-server", port = 0 }
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """What the workers' applications and the beat know, asked of a process of its own as Celery starts one."""
    data = tmp_path_factory.mktemp("data")
    (data / "feeds.toml").write_text(FEEDS)
    environment = os.environ | {
        # Never spoken to: to know its tasks the application needs an address, not a store.
        "RTCC_REDIS_URL": "redis://127.0.0.1:1/0",
        "RTCC_DATA_DIR": str(data),
        "PYTHONPATH": str(ROOT),
    }
    shown = subprocess.run(
        [sys.executable, "-c", SHOW_APP], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(shown.stdout)


def test_every_task_has_a_worker_body(app):
    """Each task that rtcc sends by name is registered by a module of workers."""
    assert set(ROUTES) <= set(app["tasks"])


def test_every_worker_body_has_a_route(app):
    """A task of ours without a route would wait in a default queue that nobody planned."""
    assert {task for task in app["tasks"] if not task.startswith("celery.")} == set(ROUTES)


def test_beat_sends_only_tasks_that_exist(app):
    """The schedule names only tasks that a worker can run."""
    assert POLL_FEED in app["schedule"]
    assert set(app["schedule"]) <= set(ROUTES)


def test_every_route_leads_to_a_known_queue():
    """A task's queue is one of those that rtcc.tasks declares."""
    assert {route["queue"] for route in ROUTES.values()} == {*QUEUES, POLL_QUEUE}


def on_one_machine(name):
    """Give a process's command as `rtcc up` starts it, without the interpreter and with folders blanked."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "feeds.toml"
        file.write_text(FEEDS)
        settings = Settings(feeds_file=file)
        commands = {child: command for child, command, _ in _commands(settings, simulator=False)}
    return blank(commands[name][2:])


def in_containers(name):
    """Give the same command as docker-compose.yml starts it."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    command = services[name]["command"]
    return blank(shlex.split(command) if isinstance(command, str) else command)


def blank(command):
    """Blank the values that may differ from one machine to the next, and the two names of our own program."""
    command = command[2:] if command[:2] == ["python", "-m"] else command
    folders = {index + 1 for index, word in enumerate(command) if word in {"--data", "--schedule"}}
    return ["FOLDER" if index in folders else word.replace("rtcc.cli", "rtcc") for index, word in enumerate(command)]


@pytest.mark.parametrize("command", [on_one_machine, in_containers])
def test_every_queue_is_consumed(command):
    """Whichever way RTCC is started, its worker takes from every queue."""
    consumed = [
        queue for name in ("worker", "polls") for queue in command(name)[command(name).index("--queues") + 1].split(",")
    ]
    assert sorted(consumed) == sorted([*QUEUES, POLL_QUEUE])


def test_without_feeds_nobody_waits_for_them(tmp_path):
    """Where no feed is declared, no process is started for any."""
    names = {name for name, _, _ in _commands(Settings(data_dir=tmp_path), simulator=False)}
    assert not names & {"polls", "listen", "cot_out"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "alarms", "journal", "polls", "listen"])
def test_containers_run_what_one_machine_runs(name):
    """docker-compose.yml starts each process as `rtcc up` does, so that what is tested is deployed."""
    assert in_containers(name) == on_one_machine(name)
