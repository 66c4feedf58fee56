"""Since when something is as it is, where the picture itself does not say: remembered, and kept through restarts."""

from __future__ import annotations

from collections.abc import Mapping


class Memory:
    """Key → what was so, and since when (Unix seconds). ``unsaved`` are the keys to be kept or dropped in the store.

    What was so before a restart and is so after it counts as having been so all the while: nobody looked in between,
    and an alarm a little early is better than none.
    """

    def __init__(self, kept: Mapping[str, tuple[str, float]] | None = None) -> None:
        """Begin with what was kept."""
        self._known = dict(kept or {})
        self.unsaved: set[str] = set()

    def since(self, key: str, what: str, at: float) -> float:
        """Return since when ``key`` has been ``what``: the earliest that is heard of it while nothing else is."""
        known = self._known.get(key)
        if known is None or known[0] != what or at < known[1]:
            known = self._known[key] = (what, at)
            self.unsaved.add(key)
        return known[1]

    def known_since(self, key: str) -> float | None:
        """Return since when ``key`` is what it is, or None where nothing is remembered of it."""
        known = self._known.get(key)
        return None if known is None else known[1]

    def forget(self, key: str) -> None:
        """Let go of a key."""
        if self._known.pop(key, None) is not None:
            self.unsaved.add(key)

    def known(self, key: str) -> tuple[str, float] | None:
        """Return what is remembered of a key."""
        return self._known.get(key)
