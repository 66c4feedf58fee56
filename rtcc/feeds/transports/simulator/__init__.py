"""An invented city in motion: calls, incidents, units on the streets, detections and what people say afterwards."""

from __future__ import annotations

from rtcc.feeds.transports.simulator.simulator import NoCityError, Simulator
from rtcc.feeds.transports.simulator.world import Camera, World

__all__ = ["Camera", "NoCityError", "Simulator", "World"]
