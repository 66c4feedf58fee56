"""Says which entity a row is about: the agency, and an id that may be put together from several columns."""

from __future__ import annotations

from hashlib import blake2b

from rtcc.feeds.formats.cells import Cells

#: What an id may have (see ``rtcc/model/event.py``), and how much of a longer one is kept beside its digest.
_LONGEST, _KEPT = 64, 47


def entity_of(cells: Cells) -> tuple[str, str]:
    """Return (agency, id), either of them empty where the row has none."""
    mapping = cells.mapping
    parts = [cells.shown(name) for name in mapping.id]
    # Part of an id would name another entity than the whole, so one that is missing makes it none.
    id_ = mapping.id_separator.join(parts) if all(parts) else ""
    if len(parts) > 1 and len(id_) > _LONGEST:
        # A single column that is too long is no id, and is refused; several together may well be.
        id_ = f"{id_[:_KEPT]}-{blake2b(id_.encode(), digest_size=8).hexdigest()}"
    return (cells.value(mapping.agency) if mapping.agency else mapping.default_agency) or "", id_
