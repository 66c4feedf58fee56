"""The names under which the center itself speaks in the picture, beside the feeds."""

from __future__ import annotations

#: The agency of what the center says of itself; no feed speaks for it.
CENTER = "RTCC"
#: Alarms and how many there are, said by the process that watches the rules.
ALARMS = "rtcc-alarms"
#: What operators command.
OPERATORS = "rtcc-operators"
#: What the center lets leave the live picture because it has ended (see ``rtcc/picture/retire.lua``).
RETENTION = "rtcc-retention"
