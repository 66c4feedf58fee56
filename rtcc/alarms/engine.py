"""The engine: hears every change of the picture, lets the rules look where it matters, and says what alarms become.

It does no input or output and knows no clock, so that any history can be told to it. An event costs the rules that
watch its fields one look each, whatever the number of entities; what time alone decides waits in one heap.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rtcc.alarms.load import RaiseLog
from rtcc.alarms.rule import ANY, Rule, alarm_id
from rtcc.alarms.standing import Standing, next_step
from rtcc.alarms.timers import Timers
from rtcc.alarms.view import Said, View, seconds
from rtcc.feeds.feed_health import FeedHealth
from rtcc.model.break_glass import BreakGlass
from rtcc.model.event import Event
from rtcc.model.sources import ALARMS, CENTER
from rtcc.model.version import instant_at
from rtcc.picture.journaled import JournalHealth

log = logging.getLogger(__name__)

_LONGEST_TITLE = 200


class Known(NamedTuple):
    """An entity as the picture holds it when the engine begins, and when it last changed: ``at`` in Unix seconds by the
    store's clock, ``newest`` in microseconds by its source's.
    """

    kind: str
    id: str
    fields: dict[str, Any]
    source: str
    at: float
    newest: int


class Change(NamedTuple):
    """A change of the picture; ``us`` is when it occurred, in microseconds; ``fields`` is None where it left."""

    kind: str
    id: str
    fields: dict[str, Any] | None
    source: str
    us: int


class Engine:
    """All rules over one view. Every method takes now in microseconds since 1970 and returns what is to be written."""

    def __init__(
        self,
        rules: Sequence[Rule[Any]],
        view: View,
        raises: RaiseLog | None = None,
        switched_off: Collection[str] = (),
    ) -> None:
        """Watch these rules, which look at this view; what the rules ``switched_off`` have left open clears."""
        self.view = view
        self.raises = RaiseLog() if raises is None else raises
        self.alarms: dict[str, Standing] = {}
        self._rules = {rule.name: rule for rule in rules}
        self._ours = self._rules.keys() | switched_off
        self._watching: dict[str, list[tuple[Rule[Any], frozenset[str]]]] = {}
        for rule in rules:
            for kind, names in rule.watches.items():
                self._watching.setdefault(kind, []).append((rule, names))
        #: By kind, all fields that some rule watches; what is new in the others matters to none.
        self._watched = {
            kind: frozenset().union(*(names for _, names in some)) for kind, some in self._watching.items()
        }
        self._about: dict[str, tuple[Rule[Any], str]] = {}
        self._timers = Timers()
        self._failed: set[str] = set()

    def next_at(self) -> float | None:
        """Return when time alone will change something (Unix seconds), or None."""
        return self._timers.next_at()

    def begin(self, known: Iterable[Known], us: int) -> list[Event]:
        """Take in the whole picture; return what must change for every alarm to stand right."""
        to_look: dict[tuple[str, str], None] = {}
        alarms = []
        for entity in known:
            if entity.kind == "alarm":
                alarms.append(entity)
                continue
            self.view.entities.setdefault(entity.kind, {})[entity.id] = entity.fields
            said = Said(entity.kind, entity.id, entity.fields, entity.at, entity.source)
            for rule, _ in self._watching.get(entity.kind, ()):
                to_look |= dict.fromkeys((rule.name, subject) for subject in self._touched(rule, said))
        for source in self.view.heard:
            for rule in self._rules.values():
                to_look |= dict.fromkeys((rule.name, subject) for subject in rule.heard(source))
        for rule in self._rules.values():
            to_look |= dict.fromkeys((rule.name, subject) for subject in rule.journal_read())
            to_look |= dict.fromkeys((rule.name, subject) for subject in rule.feeds_read())
            to_look |= dict.fromkeys((rule.name, subject) for subject in rule.glass_read())
        for entity in alarms:
            if entity.fields.get("rule") in self._ours:
                self.alarms[entity.id] = alarm = Standing.of(entity.id, dict(entity.fields), entity.newest)
                self.raises.note(alarm)
        for name, subject in to_look:
            self._answer_known(self._rules[name], subject)
        events = [event for name, subject in to_look for event in self._look(self._rules[name], subject, us)]
        # What no entity led to is looked at by its name: it may hold though all that it is about has left the picture.
        for id_ in [id_ for id_ in self.alarms if id_ not in self._about]:
            name, _, subject = id_.partition(":")
            events += self._look(self._rules[name], subject, us) if name in self._rules else self._step(id_, None, us)
        return events

    def take(self, changes: Iterable[Change], us: int) -> list[Event]:
        """Take changes in, one after the other: what one raises the next may end, and both are told."""
        events: list[Event] = []
        for change in changes:
            if change.kind == "alarm":
                events += self._alarm_changed(change, us)
            elif change.kind in self._watching:
                events += self._changed(change, us)
        return events

    def hear(self, heard: dict[str, float], us: int) -> list[Event]:
        """Take in when each feed was last heard (Unix seconds)."""
        if heard == self.view.heard:
            return []
        changed = [source for source, at in heard.items() if self.view.heard.get(source) != at]
        self.view.heard = heard
        return [
            event
            for source in changed
            for rule in self._rules.values()
            for subject in rule.heard(source)
            for event in self._look(rule, subject, us)
        ]

    def read_journal(self, journal: JournalHealth | None, us: int) -> list[Event]:
        """Take in how the journal is now."""
        self.view.journal = journal
        rules = self._rules.values()
        return [event for rule in rules for subject in rule.journal_read() for event in self._look(rule, subject, us)]

    def read_feeds(self, feeds: Mapping[str, FeedHealth], us: int) -> list[Event]:
        """Take in how the declared feeds are now, by name."""
        self.view.feeds = feeds
        rules = self._rules.values()
        return [event for rule in rules for subject in rule.feeds_read() for event in self._look(rule, subject, us)]

    def read_glass(self, broken: Mapping[str, BreakGlass], us: int) -> list[Event]:
        """Take in which uses of break glass wait for review now, by the number of their record."""
        rules = self._rules.values()
        to_look = dict.fromkeys((rule.name, subject) for rule in rules for subject in rule.glass_read())
        self.view.broken_glass = broken
        to_look |= dict.fromkeys((rule.name, subject) for rule in rules for subject in rule.glass_read())
        return [event for name, subject in to_look for event in self._look(self._rules[name], subject, us)]

    def due(self, us: int) -> list[Event]:
        """Do what time has made due."""
        events: list[Event] = []
        for task in self._timers.pop_due(us / 1e6):
            if task[0] == "look":
                events += self._look(self._rules[task[1]], task[2], us)
            else:
                events += self._look_at_alarm(task[1], us)
        return events

    # ------------------------------------------------------------ one change, one look, one step

    def _changed(self, change: Change, us: int) -> list[Event]:
        entities = self.view.entities.setdefault(change.kind, {})
        news: set[str] = set()
        if change.fields is None:
            if entities.pop(change.id, None) is None:
                return []
            fields = None
        else:
            fields = entities.setdefault(change.id, {})
            watched = self._watched[change.kind]
            news = {name for name, value in change.fields.items() if name in watched and fields.get(name) != value}
            fields.update(change.fields)
        said = Said(change.kind, change.id, fields, change.us / 1e6, change.source)
        events: list[Event] = []
        for rule, names in self._watching[change.kind]:
            if fields is None or names is ANY or not names.isdisjoint(news):
                for subject in self._touched(rule, said):
                    events += self._look(rule, subject, us)
        return events

    def _touched(self, rule: Rule[Any], said: Said) -> list[str]:
        try:
            return list(rule.touched(said))
        except Exception as error:  # noqa: BLE001 - a rule that fails on one entity must not take the others with it
            self._log_failure(rule, error)
            return []

    def _look(self, rule: Rule[Any], subject: str, us: int) -> list[Event]:
        now = us / 1e6
        try:
            finding = rule.look(subject, now)
        except Exception as error:  # noqa: BLE001 - nor on one subject
            self._log_failure(rule, error)
            return []
        if finding.look_again_at is not None:
            # A moment that has come already would be looked at without end.
            self._timers.at(max(finding.look_again_at, now + 0.001), ("look", rule.name, subject))
        id_ = alarm_id(rule.name, subject)
        if not finding.holds:
            return self._step(id_, None, us) if id_ in self.alarms else []
        self._about[id_] = (rule, subject)
        about = {
            "rule": rule.name,
            "severity": finding.severity or rule.severity,
            "title": finding.title[:_LONGEST_TITLE],
            "response": rule.response,
            "about": [{"kind": kind, "id": id_} for kind, id_ in finding.about],
            "covert": self._is_covert(finding.about) or None,
        }
        return self._step(id_, about, us)

    def _step(self, id_: str, about: dict[str, Any] | None, us: int) -> list[Event]:
        alarm = self.alarms.get(id_)
        if alarm is None:
            alarm = self.alarms[id_] = Standing(id_)
        # Each word is newer than every other about the same alarm, or it would lose against it.
        at = max(us, alarm.newest + 1)
        rule = self._rules.get(id_.partition(":")[0])
        step = next_step(alarm, about, at, int((rule.parameters.clear_after_s if rule else 0) * 1e6))
        if step:
            alarm.take(step, at)
            if step.get("raised_at"):
                self.raises.note(alarm)
        for moment in (alarm.clears, alarm.shelved_until):
            # What is past has had its effect in this very step; to be woken for it again would never end.
            if moment is not None and moment > at and alarm.is_open:
                self._timers.at(moment / 1e6, ("step", id_))
        return [Event("alarm", id_, CENTER, ALARMS, instant_at(at), instant_at(us), None, step)] if step else []

    def _alarm_changed(self, change: Change, us: int) -> list[Event]:
        alarm = self.alarms.get(change.id)
        if alarm is None or (change.source == ALARMS and change.us <= alarm.newest):
            # Not of our rules, or our own word come back.
            return []
        if change.fields is None:
            if not alarm.is_open:
                del self.alarms[change.id]
                self._about.pop(change.id, None)
                return []
            # Somebody withdrew an alarm whose condition may hold: it is looked at afresh.
            self.alarms[change.id] = Standing(change.id, newest=max(alarm.newest, change.us))
            return self._look_at_alarm(change.id, us)
        alarm.take_answer(change.fields, change.us)
        if change.id in self._about:
            self._answer_known(*self._about[change.id])
        return self._look_at_alarm(change.id, us)

    def _look_at_alarm(self, id_: str, us: int) -> list[Event]:
        if id_ in self._about:
            return self._look(*self._about[id_], us)
        return self._step(id_, None, us) if id_ in self.alarms else []

    def _log_failure(self, rule: Rule[Any], error: Exception) -> None:
        # Once a rule: at a thousand events a second the log would drown in it.
        if rule.name not in self._failed:
            self._failed.add(rule.name)
            log.error("The rule %s failed; its alarms may be wrong until this is mended.", rule.name, exc_info=error)

    def _answer_known(self, rule: Rule[Any], subject: str) -> None:
        """Tell a rule of an acknowledgement that stands in the picture."""
        alarm = self.alarms.get(alarm_id(rule.name, subject))
        at = seconds(alarm.fields.get("acknowledged_at")) if alarm else None
        if at is not None:
            rule.answered(subject, at)

    def _is_covert(self, about: Iterable[tuple[str, str]]) -> bool:
        return any(kind == "unit" and (self.view.get(kind, id_) or {}).get("covert") is True for kind, id_ in about)
