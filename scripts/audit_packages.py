"""Whether any package that is installed has a known vulnerability, as pip-audit learns it; for `make check`.

Ends with 0 where there is none, with 1 where there is one that .pip-audit-known does not name with a reason, and with
77 where no advisory service could be asked: on a machine without the internet nothing can be said, and that is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINNED = ROOT / "requirements.txt"
KNOWN = ROOT / ".pip-audit-known"
NOT_ASKED = 77
#: For all of it; a service that takes longer is as good as none.
WITHIN_S = 18.0


class NoServiceError(RuntimeError):
    """Nobody could be asked; the message says why."""


def main() -> int:
    """Ask, print what is to be said, and return the exit code."""
    try:
        known = known_of(KNOWN.read_text(encoding="utf-8") if KNOWN.is_file() else "")
    except ValueError as error:
        print(error)
        return 1
    until = time.monotonic() + WITHIN_S
    try:
        # One first: where it cannot be asked about, the others need not wait for their time-outs.
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as one:
            one.write(first_of(PINNED.read_text(encoding="utf-8")))
            one.flush()
            asked(Path(one.name), until)
        found, unasked = asked(PINNED, until)
    except NoServiceError as error:
        print(f"no advisory service reachable ({error})")
        return NOT_ASKED
    if unasked:
        print(f"nothing is known of {', '.join(unasked)}")
    return told(found, known)


def asked(requirements: Path, until: float) -> tuple[dict[str, str], list[str]]:
    """Return each vulnerability with its package, and the packages that could not be asked about."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--require-hashes"]
    command += ["--disable-pip", "--progress-spinner", "off", "--timeout", "5", "--format", "json", "--desc", "off"]
    try:
        left_s = max(0.1, until - time.monotonic())
        ran = subprocess.run(command, capture_output=True, text=True, timeout=left_s, check=False)
        answered = json.loads(ran.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise NoServiceError(f"no answer within {WITHIN_S:.0f} s") from None
    except (ValueError, KeyError):
        raise NoServiceError((ran.stderr.strip().splitlines() or ["no answer"])[-1][:200]) from None
    unasked = [one["name"] for one in answered if "skip_reason" in one]
    if len(unasked) == len(answered):
        raise NoServiceError("it knows none of the packages")
    return found_in(answered), unasked


def found_in(answered: list[dict[str, Any]]) -> dict[str, str]:
    """Return the vulnerabilities of pip-audit's answer, each by its id, with where it is and where it is no more."""
    found = {}
    for package in answered:
        for vulnerability in package.get("vulns", ()):
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            found[vulnerability["id"]] = f"{package['name']} {package['version']}, fixed in {fixed}"
    return found


def told(found: dict[str, str], known: dict[str, str]) -> int:
    """Print what is to be done, and return the exit code."""
    new = {name: where for name, where in found.items() if name not in known}
    for name, where in new.items():
        print(f"{name}: {where}; install that, or name it in {KNOWN.name} with the reason why it does not matter here.")
    for name in known.keys() - found.keys():
        print(f"{name} is not found any more; take it out of {KNOWN.name}.")
    return 1 if new else 0


def known_of(text: str) -> dict[str, str]:
    """Return what does not matter here, each id with its reason. Raises ValueError for one without a reason."""
    known = {}
    for line in text.splitlines():
        name, _, reason = line.partition(" ")
        if not name or name.startswith("#"):
            continue
        if not reason.strip():
            raise ValueError(f"{KNOWN.name} names {name} without a reason; write it behind the id.")
        known[name] = reason.strip()
    return known


def first_of(pinned: str) -> str:
    """Return the first requirement of a pinned file, with its hashes."""
    lines = [line for line in pinned.splitlines() if line and not line.startswith("#")]
    ends = next(place for place, line in enumerate(lines) if not line.endswith("\\"))
    return "\n".join(lines[: ends + 1]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
