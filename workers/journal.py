"""The process that keeps the journal, wired: `python -m workers.journal` starts here.

No Celery task: it gathers for seconds before it writes, and what it has gathered must not go from hand to hand.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal

from rtcc.garbage import look_for_rings_seldom
from rtcc.journal.keeper import JournalKeeper
from rtcc.settings import Settings, load_settings

#: A third of the others' share where all want a core: of two that is what it needs at 15,000 changes a second.
_NICE = 5


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
    # It has ten seconds where the others have a tenth: whoever takes in or draws goes first.
    os.nice(_NICE)
    look_for_rings_seldom()
    asyncio.run(keep(settings))


if __name__ == "__main__":
    main()
