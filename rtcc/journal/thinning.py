"""Which of a unit's positions are superfluous: all but the last of each minute, whatever else was said stays."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rtcc.journal.columns import EXPUNGED

#: What a position brings with it; a change that speaks of anything else is more than a position.
POSITION = frozenset({"lat", "lon", "speed_mps", "heading_deg", "fix_at", "district", "beat"})
_MINUTE_MS = 60_000
_MARK = re.compile(r"[-~+](?=,|$)")


def superfluous_positions(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Say of each row of a table in a segment's order whether it may go.

    It may where a later change of the same unit in the same minute speaks of the same fields: so at the end of every
    minute the picture is what it was.
    """
    rows = len(table)
    says = table["_says"].combine_chunks().dictionary_encode()
    names = [_names(text) for text in says.dictionary.to_pylist()]
    codes = np.array([sorted(set(names)).index(name) if _is_position(name) else -1 for name in names] + [-1])
    code = codes[says.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)]
    ids = table["_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    minutes = table["_ms"].to_numpy() // _MINUTE_MS
    minutes -= minutes.min(initial=0) if rows else 0
    positions = np.flatnonzero(code >= 0)
    span = int(minutes.max(initial=0)) + 1
    keys = (ids[positions].astype(np.int64) * span + minutes[positions]) * len(codes) + code[positions]
    # The first of each from the end is the last of each.
    _, kept = np.unique(keys[::-1], return_index=True)
    superfluous = np.zeros(rows, np.bool_)
    superfluous[positions] = True
    superfluous[positions[len(positions) - 1 - kept]] = False
    return superfluous


def _names(says: str) -> str:
    return _MARK.sub("", says)


def _is_position(names: str) -> bool:
    return names not in {"", EXPUNGED} and POSITION.issuperset(names.split(","))
