"""RTCC, the open real-time crime center: the way of an event from its source to the glass."""

__version__ = "0.1.0"
