"""Holds the pinned requirement files to what makes an installation the same everywhere."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("requirements*.txt"))
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==\S+")


def entries(path):
    """Give each logical line of a requirement file, continuation lines joined."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def plain(requirement):
    """Give a requirement's project name as registries compare it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(path):
    """A requirement is one exact version and the hashes of its files, nothing else: no address, path or option."""
    for entry in entries(path):
        assert REQUIREMENT.match(entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
        assert not re.search(r"://|--(?!hash=)|\s@\s|file:", entry), entry[:80]


def test_the_project_and_its_pins_name_the_same_packages():
    """Everything pyproject.toml asks for is pinned, so that nothing comes in by another way."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = {path.name: {plain(entry) for entry in entries(path)} for path in FILES}
    assert {plain(need) for need in project["project"]["dependencies"]} <= pinned["requirements.txt"]
    groups = project["dependency-groups"]
    assert {plain(need) for need in groups["build"]} <= pinned["requirements-build.txt"]
    for group in ("test", "check", "build"):
        assert {plain(need) for need in groups[group]} <= pinned["requirements-dev.txt"]


def test_tools_and_runtime_agree_on_versions():
    """What is tested is what runs: a package has the same version in every file."""
    versions = {}
    for path in FILES:
        for entry in entries(path):
            # One package may have two versions, for two ranges of Python.
            pin = entry.split("--hash")[0].strip()
            versions.setdefault(plain(entry), {}).setdefault(path.name, set()).add(pin)
    for package, by_file in versions.items():
        assert len({frozenset(pins) for pins in by_file.values()}) == 1, f"{package}: {by_file}"
