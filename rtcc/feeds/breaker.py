"""The breaker of a feed: judges what share of its rows is refused, and stops it where that is too much.

A city that renames a column has not had a quiet minute. Judged before anything of a payload is told: a snapshot whose
rows cannot be read would otherwise close every incident that is not in it any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: The window forgets half of what it counts when it holds so many times the rows that a judgement needs.
_WINDOW = 10
#: An open breaker lets one payload through after so long, then after twice as long, up to the last.
FIRST_TRY_S, LAST_TRY_S = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """What a breaker knows. All times are Unix seconds; ``open_since`` is None while it is closed.

    ``rows`` and ``refused`` count the last payloads; ``why`` is the sentence that says what opened it.
    """

    share: float
    least_rows: int
    rows: int = 0
    refused: int = 0
    open_since: float | None = None
    try_at: float = 0.0
    pause_s: float = 0.0
    why: str = ""

    def holds(self, now: float) -> bool:
        """Say whether a payload must be held back unread."""
        return self.open_since is not None and now < self.try_at

    def judged(self, rows: int, refused: int, now: float) -> Breaker:
        """Return the breaker as it is after one more payload, or several that belong together, was read."""
        if self.open_since is not None:
            # The one that was let through is judged alone, however few rows it has.
            return self._opened(rows, refused, now) if refused > self.share * rows else self.closed()
        all_rows, all_refused = self.rows + rows, self.refused + refused
        for some_rows, some_refused in ((rows, refused), (all_rows, all_refused)):
            if some_rows >= self.least_rows and some_refused > self.share * some_rows:
                return self._opened(some_rows, some_refused, now)
        if all_rows > _WINDOW * self.least_rows:
            all_rows, all_refused = -(-all_rows // 2), all_refused // 2
        return replace(self, rows=all_rows, refused=all_refused)

    def closed(self) -> Breaker:
        """Return it closed, with nothing counted."""
        return Breaker(self.share, self.least_rows)

    def _opened(self, rows: int, refused: int, now: float) -> Breaker:
        pause_s = min(2 * self.pause_s or FIRST_TRY_S, LAST_TRY_S)
        return replace(
            self.closed(),
            open_since=now if self.open_since is None else self.open_since,
            try_at=now + pause_s,
            pause_s=pause_s,
            why=f"{refused:,} of the last {rows:,} rows were refused, which is more than {self.share:.0%}.",
        )
