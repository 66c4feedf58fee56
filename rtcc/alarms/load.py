"""How many alarms an operator has to bear: rate, flood, standing, chattering and the worst actors.

After ISA-18.2 (and IEC 62682): about one alarm in ten minutes is what an operator can deal with; more than ten in
ten minutes begin a flood, which lasts until there are fewer than five; the ten alarms raised most often are looked at
first; an alarm that stands for more than a day is stale; one raised again and again chatters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any

from rtcc.alarms.standing import Standing, text
from rtcc.model.lifecycle import OPEN_ALARM_STATES

WINDOW_US = 600_000_000
DAY_US = 86_400_000_000
FLOOD_ABOVE, FLOOD_ENDS_BELOW = 10, 5
#: Raised so often in ten minutes it chatters.
CHATTERS_FROM = 3
_WORST = 10
_MOST_NAMED = 50


class RaiseLog:
    """The raises of the last 24 hours: moment (microseconds) and alarm, each once.

    What is raised while shelved reaches nobody, and does not count.
    """

    def __init__(self, kept: Iterable[tuple[int, str]] = ()) -> None:
        """Begin with what was kept."""
        self._raises = sorted(kept)
        self._known = set(self._raises)
        self._by_alarm = Counter(id_ for _, id_ in self._raises)
        self.unsaved: list[tuple[int, str]] = []

    def note(self, alarm: Standing) -> None:
        """Note the last raise of an alarm, where it is not known yet."""
        entry = alarm.raised, alarm.id
        if not alarm.raised or alarm.fields.get("state") == "shelved" or entry in self._known:
            return
        self._known.add(entry)
        self._by_alarm[alarm.id] += 1
        self.unsaved.append(entry)
        if self._raises and entry < self._raises[-1]:
            self._raises.insert(bisect_right(self._raises, entry), entry)
        else:
            self._raises.append(entry)

    def drop_before(self, us: int) -> None:
        """Let go of what is older."""
        end = bisect_right(self._raises, (us, ""))
        for entry in self._raises[:end]:
            self._known.discard(entry)
            self._by_alarm[entry[1]] -= 1
            if not self._by_alarm[entry[1]]:
                del self._by_alarm[entry[1]]
        del self._raises[:end]

    def since(self, us: int) -> list[str]:
        """Return the alarms raised after a moment, one entry a raise."""
        return [id_ for _, id_ in self._raises[bisect_right(self._raises, (us, "\U0010ffff")) :]]

    def worst(self) -> list[tuple[str, int]]:
        """Return the alarms raised most often, with how often."""
        return sorted(self._by_alarm.items(), key=lambda item: (-item[1], item[0]))[:_WORST]

    def __len__(self) -> int:
        """Count the raises."""
        return len(self._raises)


def alarm_load(
    raises: RaiseLog, alarms: Iterable[Standing], operators: int, before: dict[str, Any], us: int
) -> dict[str, Any]:
    """Return the fields of `alarm_load` now (microseconds); ``before`` is what they were, for a flood that goes on."""
    raises.drop_before(us - DAY_US)
    recent = raises.since(us - WINDOW_US)
    per_operator = len(recent) / operators
    flood = per_operator > FLOOD_ABOVE or (before.get("flood") is True and per_operator >= FLOOD_ENDS_BELOW)
    states: Counter[str] = Counter()
    standing = 0
    for alarm in alarms:
        if alarm.is_open:
            states[alarm.fields["state"]] += 1
            standing += us - alarm.raised > DAY_US
    chattering = sorted(id_ for id_, times in Counter(recent).items() if times >= CHATTERS_FROM)
    return {
        "operators": operators,
        "raised": len(recent),
        "per_operator": round(per_operator, 2),
        "per_operator_day": round(len(raises) / operators / (DAY_US / WINDOW_US), 3),
        "flood": flood,
        "flood_since": (before.get("flood_since") or text(us)) if flood else None,
        **{state: states[state] for state in OPEN_ALARM_STATES},
        "standing": standing,
        "chattering": chattering[:_MOST_NAMED],
        "bad_actors": [{"id": id_, "raised": times} for id_, times in raises.worst()],
    }
