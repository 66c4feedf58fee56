"""What a newcomer sees: real calls where the public data lies beside the project, else invented ones."""

from __future__ import annotations

from pathlib import Path

from rtcc.city.choice import CALLS, SAN_FRANCISCO, city_folder, public_data
from rtcc.settings import Settings


def past_calls(settings: Settings) -> Path | None:
    """Return the recording that `rtcc up` replays, or None where it has to invent."""
    if settings.replay is not None:
        return settings.replay
    calls = public_data() / CALLS
    return calls if city_folder(settings) == SAN_FRANCISCO and calls.is_file() else None
