"""A small invented city in motion: patrol units on the streets and, if wanted, incidents for them to go to."""

from __future__ import annotations

from rtcc.feeds.transports.simulator.simulator import Simulator

__all__ = ["Simulator"]
