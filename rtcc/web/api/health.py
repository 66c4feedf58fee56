"""Is it alive, is it ready, and what has it counted."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from rtcc.feeds.feed_health import FeedHealth
from rtcc.feeds.health import STATES
from rtcc.picture.journaled import JournalHealth
from rtcc.web import metrics
from rtcc.web.answers import answer
from rtcc.web.hub import Hub
from rtcc.web.rules import OPEN, WATCH, by

router = APIRouter()


@router.get("/healthz", openapi_extra=by(OPEN))
async def is_alive() -> Response:
    """200 while the process answers at all."""
    return answer(200, {"status": "alive"})


@router.get("/readyz", openapi_extra=by(OPEN))
async def is_ready(request: Request) -> Response:
    """200 while the picture is loaded and the store answers; 503 with the reason otherwise."""
    hub: Hub = request.app.state.hub
    if not hub.ready:
        return answer(503, {"status": "not ready", "reason": "The picture is not loaded yet."})
    if hub.store_lost_at:
        return answer(503, {"status": "not ready", "reason": f"The store does not answer since {hub.store_lost_at}."})
    return answer(200, {"status": "ready"})


@router.get("/metrics", openapi_extra=by(WATCH))
async def get_metrics(request: Request) -> Response:
    """Return the counters in Prometheus' text form."""
    hub: Hub = request.app.state.hub
    metrics.LISTENERS.set(hub.listeners)
    metrics.ENTITIES.set(len(hub.replica.entities))
    metrics.RESETS.set(hub.resets)
    metrics.BACKLOG.set(request.app.state.gate.backlog)
    metrics.STORE_UP.set(0 if hub.store_lost_at else 1)
    _tell_journal(request.app.state.gate.journal)
    for feed in hub.feeds():
        if feed["age_s"] is not None:
            metrics.FEED_AGE.labels(feed["source"]).set(feed["age_s"])
    for declared in hub.declared:
        _tell_feed(declared)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _tell_feed(health: FeedHealth) -> None:
    name, present = health.feed.name, health.state(time.time())
    for state in STATES:
        metrics.FEED_STATE.labels(name, state).set(state == present)
    metrics.FEED_STOPPED.labels(name).set(health.stopped)
    metrics.FEED_HELD.labels(name).set(health.held)
    metrics.FEED_LOST.labels(name).set(health.lost_messages)
    for outcome in ("accepted", "unchanged", "refused"):
        metrics.FEED_ROWS.labels(name, outcome).set(health.counts[outcome])
    # Bounded where they are counted, and without the values in them.
    for reason, count in health.reasons.items():
        metrics.FEED_REFUSED.labels(name, reason).set(count)
    for quantile, lag_s in (("0.5", health.lag_p50_s), ("0.95", health.lag_p95_s)):
        if lag_s is not None:
            metrics.FEED_LAG.labels(name, quantile).set(lag_s)


def _tell_journal(health: JournalHealth | None) -> None:
    if health is None:
        return
    now = time.time()
    metrics.JOURNAL_BEHIND.set(health.behind)
    metrics.JOURNAL_RAW_BEHIND.set(health.raw_behind)
    metrics.JOURNAL_FULL.set(health.full)
    metrics.JOURNAL_LATE.set(0 if health.due_at is None else max(0.0, now - health.due_at))
    metrics.JOURNAL_UP.set(0 if health.trouble or health.is_silent(now) else 1)
