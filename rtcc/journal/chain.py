"""The chain: signed entries, each naming the one before, in files of their own and, when they are old, in bundles.

An entry is a file ``manifest/<number>.json`` of two lines: the entry as JSON, with the SHA-256 of the one before it,
and its signature. A bundle, ``bundles/<first>-<last>-<sha256>.jsonl.gz``, holds the files of many, one a line:
[number, text].
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from rtcc.journal.place import Place

FOLDER, BUNDLES, PAGES = "manifest", "bundles", "pages"
_NAME = re.compile(rf"{FOLDER}/(\d{{12}})\.json")


class DamagedError(RuntimeError):
    """The journal is not what its manifest says, or the manifest itself is broken; the message names the place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in its file."""

    number: int
    line: bytes
    signature: str
    says: dict[str, Any]

    @property
    def sha256(self) -> str:
        """By which the next entry names this one."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def data(self) -> bytes:
        """The bytes of its file."""
        return self.line + b"\n" + self.signature.encode() + b"\n"


def entry_path(number: int) -> str:
    """Return the path of an entry."""
    return f"{FOLDER}/{number:012d}.json"


def numbers(place: Place) -> list[int]:
    """Return the numbers of all entries that stand in files of their own, in order."""
    matches = (_NAME.fullmatch(path) for path, _ in place.files(FOLDER))
    return sorted(int(match[1]) for match in matches if match)


def read_entry(data: bytes, number: int) -> Entry:
    """Read an entry's file. Raises DamagedError."""
    try:
        line, signature = data.split(b"\n")[:2]
        says = orjson.loads(line)
        if says["number"] != number:
            raise DamagedError(f"Entry {number} of the manifest holds entry {says['number']}.")
        return Entry(number, line, signature.decode(), says)
    except (ValueError, KeyError, TypeError):
        raise DamagedError(f"Entry {number} of the manifest cannot be read.") from None


def to_bundle(files: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the files of entries as one, whatever is in them."""
    lines = (orjson.dumps([number, data.decode("latin-1")]) + b"\n" for number, data in files)
    # Without a time in it, so that the same entries make the same bundle.
    return gzip.compress(b"".join(lines), 6, mtime=0)


def read_bundle(data: bytes, path: str) -> list[tuple[int, bytes]]:
    """Return the files of entries that a bundle holds. Raises DamagedError."""
    try:
        lines = gzip.decompress(data).splitlines()
        return [(number, text.encode("latin-1")) for number, text in map(orjson.loads, lines)]
    except (OSError, EOFError, zlib.error, ValueError, TypeError, AttributeError):
        raise DamagedError(f"The bundle {path} cannot be read.") from None


def bundle_path(first: int, last: int, data: bytes) -> str:
    """Return where a bundle of the entries from ``first`` to ``last`` stands."""
    return f"{BUNDLES}/{first:012d}-{last:012d}-{hashlib.sha256(data).hexdigest()[:16]}.jsonl.gz"


def page_path(name: str, number: int, data: bytes) -> str:
    """Return where a page of the book stands that is entry ``number``."""
    return f"{PAGES}/{name}-{number:012d}-{hashlib.sha256(data).hexdigest()[:16]}.json"
