"""How far the journal is behind the picture, as the store tells it: for the alarm, the gate, the doctor and meters."""

from __future__ import annotations

from dataclasses import dataclass

from rtcc.picture.changes import position_of, seconds_of
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store

#: Its process says each second that it lives, but not while it writes a large segment.
_SILENT_AFTER_S = 30.0
#: Of a stream's parts all are counted: a night's first ones say nothing of a day's. That takes the store up to 20 ms
#: where 256 MiB wait in very small parts, so nobody should ask more than once a second.
_ALL = 0


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """What the journal has not got yet, and what its process last said. All times are Unix seconds.

    ``behind`` counts changes, ``raw_behind`` bytes as the store keeps them. ``full`` is the part that both fill of the
    room there is for them; at 1 nothing more is let in. ``due_at`` is when the oldest change that waits should be in
    the journal, None where none waits. ``confirmed_at`` is when the last entry was written that it has, ``alive_at``
    when its process last spoke; both None where it never did. ``trouble`` is a sentence, or empty.
    """

    behind: int
    raw_behind: int
    full: float
    due_at: float | None
    confirmed_at: float | None
    alive_at: float | None
    trouble: str

    @property
    def is_full(self) -> bool:
        """Say whether the store should take in nothing more until the journal has caught up."""
        return self.full >= 1

    def is_silent(self, now: float) -> bool:
        """Say whether its process has not spoken for so long that it most likely does not run."""
        return self.alive_at is None or now - self.alive_at > _SILENT_AFTER_S


def read_health(store: Store, settings: Settings) -> JournalHealth | None:
    """Return how the journal is; None where none is kept. Raises a StoreAway error. Ask at most once a second."""
    if not settings.keeps_journal():
        return None
    said = {name.decode(): value.decode() for name, value in store.hgetall(keys.JOURNAL).items()}
    # Read after the journal's own word, so that what is told in between counts as waiting.
    total = int(store.hget(keys.COUNTERS, "changes") or 0)
    behind = max(0, total - int(said.get("total", 0)))
    raw_behind = (store.memory_usage(keys.RAW, samples=_ALL) or 0) if store.xlen(keys.RAW) else 0
    full = max(behind / settings.journal_backlog_limit, raw_behind / (settings.journal_raw_limit_mb * 2**20))
    waiting = store.xrange(keys.CHANGES, f"({said.get('confirmed', '0-0')}", count=1) if behind else []
    oldest = position_of(waiting[0][0].decode()) if waiting else None
    return JournalHealth(
        behind,
        raw_behind,
        full,
        None if oldest is None else seconds_of(oldest) + settings.journal_segment_s,
        _number(said.get("confirmed_at")),
        _number(said.get("alive_at")),
        said.get("trouble", ""),
    )


def _number(said: str | None) -> float | None:
    return None if said is None else float(said)
