"""The rules, one a file; RULES is the whole list, in the order in which documentation and screens name them."""

from __future__ import annotations

from typing import Any

from rtcc.alarms.rule import Rule
from rtcc.alarms.rules.beat_uncovered import BeatUncovered
from rtcc.alarms.rules.break_glass import BreakGlassUsed
from rtcc.alarms.rules.call_abandoned import CallAbandoned
from rtcc.alarms.rules.call_waiting import CallWaiting
from rtcc.alarms.rules.cluster import Cluster
from rtcc.alarms.rules.feed_silent import FeedSilent
from rtcc.alarms.rules.feed_stopped import FeedStopped
from rtcc.alarms.rules.gunshot import Gunshot
from rtcc.alarms.rules.journal_behind import JournalBehind
from rtcc.alarms.rules.pending_too_long import PendingTooLong
from rtcc.alarms.rules.plate_hit import PlateHit
from rtcc.alarms.rules.position_lost import PositionLost
from rtcc.alarms.rules.priority_1 import Priority1
from rtcc.alarms.rules.silent_on_scene import SilentOnScene
from rtcc.alarms.rules.surge import Surge
from rtcc.alarms.rules.unit_emergency import UnitEmergency

RULES: dict[str, type[Rule[Any]]] = {
    rule.name: rule
    for rule in (
        Priority1,
        UnitEmergency,
        Gunshot,
        PendingTooLong,
        SilentOnScene,
        CallWaiting,
        PlateHit,
        CallAbandoned,
        PositionLost,
        FeedSilent,
        FeedStopped,
        JournalBehind,
        BreakGlassUsed,
        Surge,
        Cluster,
        BeatUncovered,
    )
}
