"""What a person of the center may do, by role; what a role may see stands in visibility.py under the same name."""

from __future__ import annotations

from rtcc.access.visibility import Audience

#: The roles that a person can be given; `public` is for those who only look from outside, by a key.
ROLES: tuple[Audience, ...] = ("dispatcher", "supervisor", "analyst", "officer", "admin", "wall")
#: Who answers alarms, reviews detections and commands whatever else there is to command.
OPERATING: frozenset[Audience] = frozenset({"dispatcher", "supervisor", "admin"})
#: Who writes notes about incidents.
WRITING: frozenset[Audience] = OPERATING | {"officer"}
