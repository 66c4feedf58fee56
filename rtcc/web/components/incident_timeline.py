"""The timeline of an incident: every moment of it with its time, its source, and what became what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from rtcc.web.city_time import CityTime
from rtcc.web.components.incident_words import calmly, field_word, source_word, span, value_word
from rtcc.web.components.states import nothing
from rtcc.web.incident_moments import LATE_S, Changed, Moment

#: What a moment of an alarm is headed by, by the state that it came into.
_ALARM_HEADS = {
    "active": "Alarm",
    "acknowledged": "Alarm acknowledged",
    "shelved": "Alarm shelved",
    "cleared": "Alarm cleared",
}
_SAID_BY_HEAD = frozenset(
    {"title", "state", "severity", "acknowledged_by", "shelved_by", "text", "written_by", "about", "rule"}
)


def timeline(moments: Sequence[Moment], time: CityTime) -> html.Ol | html.Div:
    """The moments, the oldest first, with the day wherever it changes."""
    if not moments:
        return nothing("Nothing is on record yet.")
    items: list[Any] = []
    day, titles = "", _titles(moments)
    for moment in moments:
        if (here := time.day(moment.at)) != day:
            day = here
            items.append(html.Li(here, className="moment-day", key=here))
        items.append(_item(moment, titles.get(moment.id, ""), time))
    return html.Ol(items, className="moments")


def _titles(moments: Sequence[Moment]) -> dict[str, str]:
    """Return what each alarm is called: it says so once."""
    return {one.id: one.changed["title"].after for one in moments if one.kind == "alarm" and "title" in one.changed}


def _item(moment: Moment, title: str, time: CityTime) -> html.Li:
    late = html.Span(f"came {span(moment.late_s)} late", className="moment-late") if moment.late_s > LATE_S else None
    origin = html.Div([html.Span(source_word(moment.source)), late], className="moment-source")
    kind = moment.kind if moment.kind != "incident" or "status" not in moment.changed else "status"
    what: dict[str, Any] = {"data-kind": kind, "data-key": moment.key}
    return html.Li(
        key=moment.key,
        className="moment",
        tabIndex=-1,
        children=[
            html.Time(time.clock(moment.at), className="moment-time", dateTime=moment.at.isoformat()),
            html.Div(_body(moment, title, time), className="moment-what"),
            origin,
        ],
        **what,
    )


def _body(moment: Moment, title: str, time: CityTime) -> list[Any]:
    if moment.expunged:
        return [html.Div("What was said here was removed from the record.", className="moment-quiet")]
    if moment.kind == "note":
        return [_head("Note by", _after(moment, "written_by")), html.P(_after(moment, "text"), className="moment-text")]
    if moment.kind == "alarm":
        return _alarm(moment, title, time)
    shown, folded = moment.parts()
    lines: list[Any] = [_line(one, time) for one in shown]
    if moment.left:
        lines.append(html.Div("Left the live picture", className="moment-quiet"))
    return [*lines, *_folded(folded, time)]


def _alarm(moment: Moment, title: str, time: CityTime) -> list[Any]:
    by = _after(moment, "acknowledged_by") or _after(moment, "shelved_by")
    head = _ALARM_HEADS.get(_after(moment, "state"), "Alarm")
    severity = _after(moment, "severity")
    lines = [_head(head, f"by {by}" if by else severity), html.P(title, className="moment-text")]
    rest = [one for one in moment.changed.values() if one.field not in _SAID_BY_HEAD]
    return [*lines, *_folded(rest, time)]


def _head(word: str, more: str) -> html.Div:
    return html.Div([html.B(word), html.Span(more)], className="moment-line")


def _line(one: Changed, time: CityTime) -> html.Div:
    after = value_word(one.field, one.after, time)
    if one.field == "type":
        after = calmly(after)
    told: list[Any] = [html.Span(field_word(one.field), className="moment-field")]
    if one.before not in (None, []):
        before = value_word(one.field, one.before, time)
        told += [html.Span(before, className="moment-before"), html.Span("→", className="moment-arrow")]
    return html.Div([*told, html.B(after)], className="moment-line", **{"data-field": one.field})  # type: ignore[arg-type]


def _folded(changed: Sequence[Changed], time: CityTime) -> list[Any]:
    if not changed:
        return []
    word = "1 more field" if len(changed) == 1 else f"{len(changed)} more fields"
    return [html.Details([html.Summary(word), *(_line(one, time) for one in changed)], className="moment-more")]


def _after(moment: Moment, name: str) -> str:
    one = moment.changed.get(name)
    return "" if one is None or one.after is None else str(one.after)
