"""The charts of the last hour show what the record tells, by the city's clock, and say it in words beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rtcc.insights.last_hour import KnownCall, KnownIncident, last_hour
from rtcc.web.city_time import CityTime
from rtcc.web.components.hour_charts import captions
from rtcc.web.figures import last_hour as charts
from rtcc.web.figures.tokens import colours

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
PACIFIC = CityTime(ZoneInfo("America/Los_Angeles"))


def minutes(ago: float) -> datetime:
    return NOW - timedelta(minutes=ago)


def told(*, calls: bool = True) -> dict[str, Any]:
    """Three arrivals of priority 1, 2 and 4 and one response of four minutes; one call that waited 9 s."""
    incidents = [
        KnownIncident(minutes(58), 1, False, minutes(57), minutes(54)),
        KnownIncident(minutes(12), 2, False, None, None),
        KnownIncident(minutes(2), 4, False, None, None),
    ]
    return last_hour(incidents, [KnownCall(minutes(3), 9.0)] if calls else None, NOW, whole=True)


def test_the_bars_add_up_to_the_arrivals() -> None:
    """Each priority has its own bars, in its own colour, and all together are what arrived."""
    figure = charts.arrivals(told(), PACIFIC, "dark")
    assert [sum(bar.y) for bar in figure.data] == [1, 1, 0, 1]
    assert [bar.marker.color for bar in figure.data] == [colours("dark")[name] for name in ("p1", "p2", "p3", "p4")]
    assert figure.layout.barmode == "stack"


def test_times_are_the_citys() -> None:
    """Twelve steps of five minutes that end now: at noon in California."""
    at = charts.pending(told(), PACIFIC, "dark").data[0].x
    assert (at[0], at[-1]) == (datetime(2026, 11, 22, 11, 5), datetime(2026, 11, 22, 12, 0))  # noqa: DTZ001 - Plotly's
    assert charts.pending(told(), PACIFIC, "dark").data[0].y[-1] == 2


def test_a_step_without_a_response_is_a_gap_and_not_nought() -> None:
    """The one response lies in its step, in minutes; all others are empty."""
    p90, median = charts.response(told(), PACIFIC, "light").data
    assert [value for value in median.y if value is not None] == [4.0]
    assert list(p90.y).count(None) == 11


def test_the_answer_chart_shows_the_target_even_without_calls() -> None:
    """For whom calls are hidden, and for the others, the axis holds the target."""
    for hour in (told(), told(calls=False)):
        figure = charts.answer(hour, PACIFIC, "dark")
        assert figure.layout.yaxis.range[1] > charts.ANSWER_TARGET_S
        assert figure.layout.shapes[0].y0 == charts.ANSWER_TARGET_S


def test_captions_say_the_hour_in_figures() -> None:
    """What a chart shows can be read, too; for whom calls are hidden it says so."""
    counts, waiting, spread, answers = captions(told())
    assert counts[0] == "3 · "
    assert waiting == "2 now · most 2"
    assert spread == "median 4:00 · p90 4:00 · priority 1–2 p90 4:00"
    assert answers == "1 call · p90 9 s · 100% within 15 s"
    assert captions(told(calls=False))[3] == "not shown to this role"
