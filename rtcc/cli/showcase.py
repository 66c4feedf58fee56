"""What a newcomer sees: real calls where San Francisco is chosen and its public data is at hand, else invented ones."""

from __future__ import annotations

from pathlib import Path

from rtcc.city.choice import CALLS, SAN_FRANCISCO, public_data
from rtcc.settings import Settings


def past_calls(settings: Settings) -> Path | None:
    """Return the recording that `rtcc up` replays, or None where it has to invent."""
    if settings.replay is not None:
        return settings.replay
    if settings.city is None or settings.city.resolve() != SAN_FRANCISCO:
        return None
    calls = public_data() / CALLS
    return calls if calls.is_file() else None
