"""How seldom a process that takes in changes looks for rings among its objects."""

from __future__ import annotations

import gc


def look_for_rings_seldom() -> None:
    """Let the collector wait for 50,000 new objects, and leave alone what there is by now.

    What changes are made of is gone at once or lives as long as its entity, and holds no rings. Looking for some after
    every 700 new objects (Python's own measure) cost the web process half of what hearing a change costs it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
