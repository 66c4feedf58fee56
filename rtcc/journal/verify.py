"""Looks whether the journal is what its manifest says, byte for byte, and names what is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from rtcc.journal.chain import BUNDLES, FOLDER, PAGES
from rtcc.journal.folders import number_in
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Place
from rtcc.journal.segments import CHANGES, PICTURE, RAW, Segment
from rtcc.journal.swap import FAR_AHEAD
from rtcc.journal.verify_chain import Chain, Finding, check_chain

__all__ = ["Finding", "Verification", "verify"]

#: What retention took away is removed a minute later; by then it has to be gone.
_GONE_AFTER = timedelta(hours=1)


def verify(place: Place, public: Collection[str] = ()) -> list[Finding]:
    """Return all that is wrong: changed, missing, added, truncated or swapped files, and entries out of order.

    ``public`` are the keys (hexadecimal) that may have signed; without any, the one that the first entry names may.
    Raises PlaceError where the journal cannot be read.
    """
    return Verification(place, public).run()


class Verification:
    """One look at a whole journal, which may be written to meanwhile.

    Afterwards ``chain`` says what was read, ``segments`` and ``rows`` how many were found, and ``unfinished`` names
    files for entries that are not there yet: somebody is about to write one, or was when it died.
    """

    def __init__(
        self,
        place: Place,
        public: Collection[str] = (),
        told: Callable[[int, int], None] = lambda _done, _all: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``told`` hears how many bytes of how many have been read."""
        self._place, self._public, self._told, self._clock = place, public, told, clock
        self._missing: dict[str, Segment] = {}
        self.chain = Chain()
        self.segments = self.rows = 0
        self.unfinished: list[str] = []

    def run(self) -> list[Finding]:
        """Look at everything; return what is wrong."""
        # Listed first: what is listed and has no name then was not named later either.
        files = [path for path, _ in self._place.files("")]
        self.chain = check_chain(self._place, files, self._public)
        findings = list(self.chain.findings)
        named = self.chain.state.segments
        by_content = {segment.sha256: segment.path for segment in named.values()}
        done, total = 0, sum(segment.bytes for segment in named.values())
        for _, segment in sorted(named.items()):
            findings += self._check(segment, by_content)
            done += segment.bytes
            self._told(done, total)
        unnamed = [path for path in files if path not in named and not path.startswith((FOLDER, BUNDLES, PAGES))]
        contents = {path: self._content_of(path) for path in unnamed}
        findings += self._check_unnamed(contents)
        return findings + self._still_missing({content: path for path, content in contents.items()})

    def _check(self, segment: Segment, by_content: dict[str, str]) -> list[Finding]:
        path = segment.path
        try:
            data = self._place.read(path)
        except FileNotFoundError:
            self._missing[path] = segment
            return []
        self.segments += 1
        self.rows += segment.rows
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == segment.sha256:
            return [] if _holds(data, segment) else [Finding(path, f"The segment {path} does not hold what it should.")]
        if sha256 in by_content:
            return [Finding(path, f"The segment {path} holds what belongs to {by_content[sha256]}.")]
        if len(data) < segment.bytes:
            sentence = f"The segment {path} is truncated: {len(data):,} of {segment.bytes:,} bytes are left."
            return [Finding(path, sentence)]
        return [Finding(path, f"The segment {path} has been changed.")]

    def _check_unnamed(self, contents: dict[str, str]) -> list[Finding]:
        findings = []
        state = self.chain.state
        for path, content in sorted(contents.items()):
            number = number_in(path) if path.startswith((f"{CHANGES}/", f"{PICTURE}/", f"{RAW}/")) else -1
            if path in self.chain.gone:
                by, what, at = self.chain.gone[path]
                if what in {"expunge", "retire"} and self._clock() - at > _GONE_AFTER and content:
                    findings.append(Finding(path, f"{path} is still there, though entry {by} took it away ({what})."))
            elif state.number < number <= state.number + FAR_AHEAD:
                self.unfinished += [path] if content else []
            elif content and self._content_of(path):
                findings.append(Finding(path, f"{path} was added: no entry of the manifest names it."))
        return findings

    def _still_missing(self, contents: dict[str, str]) -> list[Finding]:
        """Name what is missing, and was not merged with others or taken away while we looked."""
        if not self._missing:
            return []
        try:
            now = Manifest(self._place).refresh().segments
        except RuntimeError:
            # The chain is broken, which has been said.
            now = self.chain.state.segments
        findings = []
        for path, segment in sorted(self._missing.items()):
            if path in now:
                found = contents.get(segment.sha256)
                elsewhere = f"; its content lies at {found}" if found else ""
                findings.append(Finding(path, f"The segment {path} is missing{elsewhere}."))
        return findings

    def _content_of(self, path: str) -> str:
        """Return a file's SHA-256; "" where it is not there any more."""
        try:
            return hashlib.sha256(self._place.read(path)).hexdigest()
        except FileNotFoundError:
            return ""


def _holds(data: bytes, segment: Segment) -> bool:
    """Say whether a file has the rows it should have, sorted by entity between their bounds."""
    try:
        about = pq.read_metadata(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        return False
    column = about.schema.names.index("_id")
    bounds: list[str] = []
    for group in range(about.num_row_groups):
        statistics = about.row_group(group).column(column).statistics
        bounds += [statistics.min, statistics.max]
    return (
        about.num_rows == segment.rows
        and bounds == sorted(bounds)
        and [bounds[0], bounds[-1]] == [segment.low, segment.high]
    )
