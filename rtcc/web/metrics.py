"""What this process counts, for Prometheus; every metric's name stands here and nowhere else."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ACCEPTED = Counter("rtcc_events_accepted", "Events answered with 202.")
REJECTED = Counter("rtcc_events_rejected", "Events refused with a reason.")
LISTENERS = Gauge("rtcc_live_listeners", "Open live streams.")
ENTITIES = Gauge("rtcc_picture_entities", "Entities in the picture.")
BACKLOG = Gauge("rtcc_ingest_backlog_batches", "Micro-batches waiting for a worker, as last looked at.")
RESETS = Gauge("rtcc_live_resets", "Times the whole picture had to be loaded again.")
JOURNAL_BEHIND = Gauge("rtcc_journal_behind_changes", "Changes that the journal has not got yet, as last looked at.")
JOURNAL_RAW_BEHIND = Gauge("rtcc_journal_behind_bytes", "The store's memory for received bytes that wait for it.")
JOURNAL_FULL = Gauge("rtcc_journal_full_ratio", "Part used of the room for what waits; at 1 ingest says 429.")
JOURNAL_LATE = Gauge("rtcc_journal_late_seconds", "Seconds by which its oldest change that waits is late.")
JOURNAL_UP = Gauge("rtcc_journal_up", "1 while the process that keeps the journal speaks and has no trouble.")
STORE_UP = Gauge("rtcc_store_up", "1 while the store answers.")
FEED_AGE = Gauge("rtcc_feed_age_seconds", "Seconds since a source was last heard.", ["source"])
FEED_STATE = Gauge("rtcc_feed_state", "1 for the state of a declared feed, 0 for the others.", ["feed", "state"])
FEED_STOPPED = Gauge("rtcc_feed_stopped", "1 while the breaker of a declared feed is open.", ["feed"])
FEED_HELD = Gauge("rtcc_feed_held_payloads", "Payloads that a feed's breaker holds back.", ["feed"])
FEED_ROWS = Gauge("rtcc_feed_rows", "Rows of a declared feed so far, by what became of them.", ["feed", "outcome"])
FEED_REFUSED = Gauge("rtcc_feed_refused", "Refused rows of a declared feed so far, by reason.", ["feed", "reason"])
FEED_LAG = Gauge("rtcc_feed_lag_seconds", "From when something occurred to when we heard.", ["feed", "quantile"])
FEED_LOST = Gauge("rtcc_feed_lost_messages", "Messages that came faster than they could be kept.", ["feed"])
