"""Raw bytes as tables: the bodies of requests as they were received, each content once in a segment.

A row is one body that was received. Rows are sorted by their content's SHA-256, which is their ``_id``, then in the
order of the stream. Of those with one content the first holds it and the others hold none; ``raw_behind.py`` finds
the rows behind a change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from rtcc.journal.column_values import INSTANT
from rtcc.journal.columns import IDENTITY, in_order
from rtcc.journal.segments import RAW, together
from rtcc.picture.changes import SEQUENCE, SHIFT, position_of, seconds_of
from rtcc.picture.received import Received, unpack
from rtcc.store.commands import Entry

#: Bodies are large, so a segment of them ends by its bytes before its rows: one body is then found in little memory.
MOST_BYTES = 32 * 2**20

SCHEMA = pa.schema(
    [
        *IDENTITY,
        pa.field("received_at", INSTANT, nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("content_type", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        # Null where the same bytes stand in an earlier row, or were expunged.
        pa.field("body", pa.binary()),
        pa.field("expunged", pa.bool_(), nullable=False),
    ]
)


class GatheredRaw:
    """Bodies on their way into a segment. ``bytes`` counts what they hold in memory, ``first`` and ``last`` are
    positions in the stream of raw bytes; write it when ``bytes`` reaches MOST_BYTES.
    """

    def __init__(self) -> None:
        self.rows = self.bytes = 0
        self.first = self.last = 0
        self._columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
        self._known: set[bytes] = set()

    def take(self, entries: Sequence[Entry]) -> None:
        """Take in the next entries of the stream, in their order."""
        for id_, entry in entries:
            position = position_of(id_.decode()) or 0
            self.first = self.first or position
            self.last = position
            for place, received in enumerate(_bodies(entry, position)):
                self._add(position, place, received)

    def table(self) -> pa.Table:
        """Return all as a table in a segment's order."""
        return in_order(pa.table(self._columns, schema=SCHEMA))

    def _add(self, position: int, place: int, received: Received) -> None:
        digest = hashlib.sha256(received.body)
        is_new = digest.digest() not in self._known
        self._known.add(digest.digest())
        row = {
            "_ms": position >> SHIFT,
            "_seq": position & SEQUENCE,
            "_n": place,
            "_kind": RAW,
            "_agency": "-",
            "_id": digest.hexdigest(),
            "received_at": received.received_at,
            "key": received.key,
            "content_type": received.content_type,
            "size": len(received.body),
            "body": received.body if is_new else None,
            "expunged": False,
        }
        for name, value in row.items():
            self._columns[name].append(value)
        self.rows += 1
        self.bytes += len(received.body) if is_new else 0


def _bodies(entry: dict[bytes, bytes], position: int) -> list[Received]:
    data = b"".join(entry.values())
    try:
        return unpack(data)
    except ValueError:
        # It must not stop the journal, and not be lost either: kept as it is, nobody knows whose.
        at = datetime.fromtimestamp(seconds_of(position), UTC)
        return [Received(at, "", "application/octet-stream", data)]


def merge_raw(tables: Iterable[pa.Table]) -> pa.Table:
    """Return segments' tables of raw bytes as one in a segment's order, each content once.

    The caller keeps the sum of their bodies within MOST_BYTES.
    """
    table = together(tables)
    table = table.sort_by([(name, "ascending") for name in ("_id", "_ms", "_seq", "_n")])
    if "body" not in table.column_names:
        return table
    ids = table["_id"].to_numpy()
    held = np.flatnonzero(table["body"].is_valid().to_numpy())
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    # Of each content's rows the first gets the body, from whichever of them holds it.
    run = np.searchsorted(starts, held, side="right") - 1
    holder: list[int | None] = [None] * len(table)
    for start, row in zip(starts[run].tolist(), held.tolist(), strict=True):
        holder[start] = row
    bodies = table["body"].take(pa.array(holder, pa.int64()))
    return table.set_column(table.column_names.index("body"), "body", bodies)
