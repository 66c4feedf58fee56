"""The Chromium that tests, benchmarks and screenshots drive: which program, and with which flags."""

from __future__ import annotations

import subprocess
from pathlib import Path

#: No sandbox, because containers have none to give; and no calls home, which a closed network would make wait.
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
#: WebGL without a graphics card.
SOFTWARE_WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
FLAGS = [*QUIET, *SOFTWARE_WEBGL]


def program() -> str:
    """Return the path of a Chromium or Chrome, installed where there is none. Raises CalledProcessError."""
    finder = Path(__file__).with_name("ensure_chromium.sh")
    return subprocess.check_output([str(finder)], text=True).splitlines()[0]
