"""The process that keeps the journal, wired: `python -m workers.journal` starts here.

No Celery task: it gathers for seconds before it writes, and what it has gathered must not go from hand to hand.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal

from rtcc.journal.keeper import JournalKeeper
from rtcc.settings import Settings, load_settings


async def keep(settings: Settings) -> None:
    """Keep the journal of this installation until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await JournalKeeper(settings).run(stop)


def main() -> None:
    """Begin; an installation that keeps no journal ends it at once."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    if not settings.keeps_journal():
        return
    # Changes live for a moment, between the stream and a table: looking for rings among them costs and finds nothing.
    gc.set_threshold(100_000, 20, 100)
    asyncio.run(keep(settings))


if __name__ == "__main__":
    main()
