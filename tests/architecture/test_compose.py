"""Holds docker-compose.yml to what a deployment counts on; `make check` checks its form against the compose-spec."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("rtcc:")}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_watched_and_comes_back(service):
    """Each service has a health check and a restart policy."""
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", OURS)
def test_our_containers_can_do_little(service):
    """Our own processes run without capabilities, on a read-only file system, and cannot gain rights."""
    container = OURS[service]
    assert container["cap_drop"] == ["ALL"]
    assert container["read_only"] is True
    assert "no-new-privileges:true" in container["security_opt"]


def test_workers_can_be_many():
    """`--scale worker=N` needs a service without a name or a port of its own."""
    assert not {"container_name", "ports", "network_mode"} & set(SERVICES["worker"])


def test_only_caddy_faces_the_outside():
    """Caddy alone publishes ports, and the web process can be reached through it only."""
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["caddy"]
    assert SERVICES["web"]["network_mode"] == "service:caddy"


def test_caddy_is_the_proxy_whose_word_counts():
    """Declared as one, so that nobody sees anything unsigned; it leaves our names for it, and what we tell browsers."""
    told = SERVICES["web"]["environment"]
    caddyfile = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    assert json.loads(told["RTCC_TRUSTED_PROXIES"]) == ["127.0.0.1"]
    assert "${RTCC_DOMAIN:-localhost}" in json.loads(told["RTCC_HOSTS"])
    assert {"RTCC_DATA_DIR", "RTCC_REDIS_URL"} <= told.keys()
    assert "reverse_proxy 127.0.0.1:" in caddyfile
    assert not re.search(r"^\s*(header_up|trusted_proxies|header Strict)", caddyfile, re.MULTILINE)


def test_no_secret_stands_in_the_file():
    """A password is asked of the environment, and starting without one fails with a message."""
    values = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*)([^}]*)\}", TEXT)
    assert values
    assert all(default.startswith(":?") for _, default in values)


def test_an_acknowledged_event_reaches_the_disk():
    """The store writes its append-only file on every commit and never evicts a key to make room."""
    command = SERVICES["redis"]["command"][-1]
    assert "--appendonly yes" in command
    assert "--appendfsync always" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_image_runs_as_nobody_in_particular():
    """The image's last user is not root, and what may hold secrets never enters its build."""
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1] == "*"
