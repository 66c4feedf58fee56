"""Names of the page elements: the one list that the Dash layout writes and the browser modules look up."""

from __future__ import annotations

from typing import Final

WALL: Final = "wall"
CITY: Final = "wall-city"
TIME: Final = "wall-time"
DATE: Final = "wall-date"
FEEDS: Final = "wall-feeds"
LATENCY: Final = "wall-latency"
MAP: Final = "wall-map"
MAP_STAGE: Final = "wall-stage"
MAP_CREDIT: Final = "wall-credit"
QUEUE_COUNT: Final = "queue-count"
QUEUE_OVER: Final = "queue-over"
QUEUE_ROWS: Final = "queue-rows"
QUEUE_EMPTY: Final = "queue-empty"
QUEUE_REST: Final = "queue-rest"
STRIP_PENDING: Final = "strip-pending"
STRIP_OVER: Final = "strip-over"
STRIP_RESPONSE: Final = "strip-response"
STRIP_CALLS: Final = "strip-calls"
STRIP_UNITS: Final = "strip-units"
BAND: Final = "wall-band"
BAND_TITLE: Final = "wall-band-title"
BAND_DETAIL: Final = "wall-band-detail"
