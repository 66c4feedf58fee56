"""A real S3-compatible server as a process of its own, on loopback."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import fsspec
import httpx

from tests.running import environment, eventually, free_port

BUCKET = "rtcc"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@contextlib.contextmanager
def object_store() -> Iterator[str]:
    """Run a server with an empty bucket for the length of a block; yield its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(
        command, env=environment(**CREDENTIALS), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        eventually(lambda: _answers(address), why="the object store answers")
        filesystem(address).mkdir(BUCKET)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def filesystem(address: str) -> Any:
    """Return the server as an fsspec filesystem, as whoever runs RTCC would configure it by environment or file."""
    return fsspec.filesystem("s3", key="test", secret="test", client_kwargs={"endpoint_url": address})


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(address, timeout=2).status_code < 500
    return False
