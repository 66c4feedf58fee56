"""Task and queue names, how a Celery client of ours is made, and waking a worker: what both ends must agree on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

#: Names of batches on their way into the picture; nothing else waits in this queue.
INGEST_QUEUE = "ingest"
#: Housekeeping that may wait: retention and the like.
UPKEEP_QUEUE = "upkeep"
#: The queues of the workers that hold the city.
QUEUES = (INGEST_QUEUE, UPKEEP_QUEUE)
#: Polls of feeds, for a process of their own: a slow server must not hold up what is there already.
POLL_QUEUE = "polls"

APPLY_EVENTS = "rtcc.apply_events"
RETIRE_ENTITIES = "rtcc.retire_entities"
WAKE_BATCHES = "rtcc.wake_batches"
SHORTEN_AUDIT = "rtcc.shorten_audit"
POLL_FEED = "rtcc.poll_feed"

#: Task → queue; a task that stands here must be registered by `workers`.
ROUTES: dict[str, dict[str, Any]] = {
    APPLY_EVENTS: {"queue": INGEST_QUEUE},
    RETIRE_ENTITIES: {"queue": UPKEEP_QUEUE},
    WAKE_BATCHES: {"queue": UPKEEP_QUEUE},
    SHORTEN_AUDIT: {"queue": UPKEEP_QUEUE},
    POLL_FEED: {"queue": POLL_QUEUE},
}

#: A micro-batch holds at most so many events.
BATCH = 500
#: A worker that died is known by its silence; its tasks go to another after this long.
REDELIVERED_AFTER_S = 25
SOFT_LIMIT_S = 15
HARD_LIMIT_S = 20


class StoreUnavailable(RuntimeError):  # noqa: N818 - the domain's word, as in the API's 503
    """The store did not confirm that it keeps these events; they may or may not be kept, so send them again."""


def poll_tick_s(interval_s: float) -> float:
    """Return how often a feed is looked at: a poll that failed is tried again before the next one is due."""
    return min(5.0, max(0.5, interval_s / 4))


def celery_config() -> dict[str, Any]:
    """Return the configuration that senders and workers share."""
    return {
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_default_queue": UPKEEP_QUEUE,
        "task_create_missing_queues": True,
        "task_routes": ROUTES,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # A task that overran its hard limit was not done: without an answer it is delivered again.
        "task_acks_on_failure_or_timeout": False,
        "task_soft_time_limit": SOFT_LIMIT_S,
        "task_time_limit": HARD_LIMIT_S,
        "task_publish_retry": False,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_pool_limit": 2,
        "broker_heartbeat": 0,
        "worker_hijack_root_logger": False,
        "timezone": "UTC",
        "broker_transport_options": {
            "visibility_timeout": REDELIVERED_AFTER_S,
            # Kombu looks for lost tasks every 10 × 10 s unless told otherwise.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "unacked_restore_limit": 1000,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "global_keyprefix": "",
        },
    }


def broker_url(store_url: str) -> str:
    """Return the broker's URL for a store's URL: Celery has a scheme of its own for unix sockets."""
    return "redis+socket" + store_url.removeprefix("unix") if store_url.startswith("unix:") else store_url


def client(store_url: str) -> Celery:
    """Return a Celery application that can send, and can be given tasks."""
    app = Celery("rtcc", broker=broker_url(store_url), set_as_current=False)
    app.conf.update(celery_config())
    return app


def waker(app: Celery) -> Callable[[str], None]:
    """Return what tells a worker that a batch waits; it raises StoreUnavailable where the message was not taken."""

    def wake(batch: str) -> None:
        try:
            app.send_task(APPLY_EVENTS, args=(batch,))
        except (OperationalError, OSError) as error:
            raise StoreUnavailable("The store does not answer.") from error

    return wake
