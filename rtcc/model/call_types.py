"""The call-type table of a city: what the agency's codes stand for, and what happens how often."""

from __future__ import annotations

from dataclasses import dataclass

#: When and where calls of a type come; what each means stands with the simulator, which alone needs it.
PATTERNS = ("even", "night", "home", "school", "commute")


@dataclass(frozen=True, slots=True)
class CallType:
    """One row of the call-type table.

    ``share`` (how often, relative to the others), ``on_scene_s`` (the median stay), ``pattern`` (one of PATTERNS) and
    ``onview`` (which part of them nobody calls in: an officer comes upon it or begins it) serve the simulator; a real
    city's table may leave them out.
    """

    code: str
    type: str
    category: str
    priority: int
    sensitive: bool = False
    share: float = 1.0
    on_scene_s: float = 1200.0
    pattern: str = "even"
    onview: float = 0.0
