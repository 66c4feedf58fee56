"""Lives of one alarm for tests: raised twice, cleared between, answered by several operators at once and too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from rtcc.alarms import commands
from rtcc.model.event import Event, iso
from rtcc.model.sources import ALARMS, CENTER
from tests.factories import NOON, make_event

ALARM = "outside:here"
FIRST, SECOND = NOON, NOON + timedelta(seconds=60)
OPERATORS = ("Ann Roe", "Bo Díaz", "Cy Young")
_PERSONAL = ("acknowledged_by", "acknowledged_at", "shelved_by", "shelved_until", "shelve_reason")


def raised(at: datetime, id_: str = ALARM) -> Event:
    """Return that the alarm is raised: what was said to an earlier raise is gone."""
    said = {"rule": "outside", "severity": "high", "title": "Something outside", "covert": False}
    course = {"state": "active", "raised_at": iso(at), "cleared_at": None, **dict.fromkeys(_PERSONAL)}
    return make_event("alarm", id_, agency=CENTER, source=ALARMS, occurred_at=at, received_at=at, data=said | course)


def cleared(at: datetime, id_: str = ALARM) -> Event:
    """Return that the alarm has cleared."""
    data = {"state": "cleared", "cleared_at": iso(at)}
    return make_event("alarm", id_, agency=CENTER, source=ALARMS, occurred_at=at, received_at=at, data=data)


class Answer(NamedTuple):
    """An operator's answer to one raise: to which, by whom, and when."""

    raised_at: datetime
    by: str
    at: datetime

    def event(self) -> Event:
        """Return it as it is sent."""
        return commands.acknowledge(ALARM, iso(self.raised_at), self.by, self.at)


class Life(NamedTuple):
    """What happened to the alarm, in no order."""

    raises: list[datetime]
    answers: list[Answer]
    others: list[Event]

    def events(self) -> list[Event]:
        """Return all of it as events."""
        return [raised(at) for at in self.raises] + [answer.event() for answer in self.answers] + self.others

    def first_answer(self) -> Answer | None:
        """Return the earliest answer to the last raise; of one microsecond, the one whose name sorts last."""
        last = max(self.raises)
        to_it = [answer for answer in self.answers if answer.raised_at == last]
        first = min((answer.at for answer in to_it), default=None)
        return max((answer for answer in to_it if answer.at == first), key=lambda answer: answer.by, default=None)


_later = st.integers(0, 5) | st.integers(0, 90_000_000)
_answers = st.builds(
    lambda raised_at, by, later: Answer(raised_at, by, raised_at + timedelta(microseconds=later)),
    st.sampled_from([FIRST, SECOND]),
    st.sampled_from(OPERATORS),
    _later,
)
_moments = st.integers(1, 120).map(lambda seconds: NOON + timedelta(seconds=seconds, microseconds=500_000))
_others = st.one_of(
    st.builds(cleared, _moments),
    st.builds(
        lambda by, at: commands.shelve(ALARM, by, 900, f"{by} is there", at), st.sampled_from(OPERATORS), _moments
    ),
    st.builds(lambda at: commands.unshelve(ALARM, at), _moments),
)
lives = st.builds(
    Life,
    st.sampled_from([[FIRST], [FIRST, SECOND]]),
    st.lists(_answers, max_size=5),
    st.lists(_others, max_size=4),
).map(lambda life: life._replace(answers=[answer for answer in life.answers if answer.raised_at in life.raises]))
