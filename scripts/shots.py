"""Takes the screenshots of docs/screens from a fresh `rtcc up`: `make shots`; it leaves nothing behind.

A page that does not come up fails loudly.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from rtcc.city import choice
from rtcc.city.choice import CALLS, public_data
from scripts.chromium import FLAGS, program

ROOT = Path(__file__).resolve().parents[1]
SCREENS = ROOT / "docs" / "screens"
# What is shown, where, and how large a screen it is looked at on.
SHOTS = {
    "wall": ("/wall", 1920, 1080),
    "wall-phone": ("/wall", 390, 844),
}
# The same wall on San Francisco, with its real calls, where its public files are at hand.
SAN_FRANCISCO = {"wall-san-francisco": ("/wall", 1920, 1080)}


def main() -> None:
    """Start RTCC on a free port, let the city live for a while, and take every picture."""
    arguments = _arguments()
    arguments.to.mkdir(parents=True, exist_ok=True)
    cities: list[tuple[dict[str, tuple[str, int, int]], list[str]]] = [(SHOTS, [])]
    if (public_data() / CALLS).is_file():
        cities.append((SAN_FRANCISCO, ["--city", str(choice.SAN_FRANCISCO)]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        for shots, options in cities:
            with _running(*options) as address:
                time.sleep(arguments.after)
                for name, (path, width, height) in shots.items():
                    _shoot(browser, address + path, (width, height), arguments.to / f"{name}.png")
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--after", type=float, default=60, help="seconds that the city lives before the first picture")
    parser.add_argument("--to", type=Path, default=SCREENS, help="the folder for the pictures")
    return parser.parse_args()


@contextlib.contextmanager
def _running(*options: str) -> Iterator[str]:
    """Run `rtcc up` in a data folder of its own until the pictures are taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="rtcc-shots-") as data:
        command = [sys.executable, "-m", "rtcc.cli", "up", "--port", str(port), "--data", data, *options]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
        try:
            _wait_until_ready(address, process)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"{address}/readyz", timeout=1).close()  # noqa: S310 - our own loopback
            return
        time.sleep(0.2)
    sys.exit("RTCC did not come up; run `make up` to see why.")


def _shoot(browser: Browser, url: str, size: tuple[int, int], file: Path) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme="dark")
    page = context.new_page()
    page.add_init_script("addEventListener('rtcc:painted', () => { window.hasPainted = true; })")
    page.goto(url)
    page.wait_for_function("window.hasPainted", timeout=60_000)
    # Map tiles and labels settle a moment after the first change is painted.
    page.wait_for_timeout(5_000)
    page.screenshot(path=file)
    context.close()
    print(f"{file}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
