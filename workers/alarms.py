"""The process that watches the alarms, wired: `python -m workers.alarms` starts here.

No Celery task: it must remember the picture from one change to the next, and a task remembers nothing.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from rtcc.alarms.parameters import AlarmParameterError, AlarmPlan, read_plan
from rtcc.alarms.view import View
from rtcc.alarms.watch import AlarmWatch
from rtcc.city.choice import city_folder
from rtcc.city.pack import load_pack
from rtcc.city.patrol import patrolled
from rtcc.city.ready import make_ready
from rtcc.feeds.declared import Feed, load_feeds
from rtcc.feeds.health import intervals_of
from rtcc.feeds.payload import FeedTableError
from rtcc.garbage import look_for_rings_seldom
from rtcc.settings import Settings, load_settings


async def watch(settings: Settings, plan: AlarmPlan, feeds: tuple[Feed, ...]) -> None:
    """Watch the alarms of this installation until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    pack = load_pack(city_folder(settings))
    area_field, areas = patrolled(pack)
    owed = {priority: float(target.queue_s) for priority, target in pack.targets.items()}
    intervals = intervals_of(feeds)
    await AlarmWatch(settings, plan, lambda: View(owed, areas, area_field, intervals=intervals), feeds).run(stop)


def main() -> None:
    """Begin; a rule's parameter or a feed that cannot be used ends it with a sentence."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    try:
        plan, feeds = read_plan(settings.alarms), load_feeds(settings.feeds_path())
    except (AlarmParameterError, FeedTableError) as error:
        print(f"rtcc: {error}", file=sys.stderr)  # noqa: T201 - it speaks to who starts it
        sys.exit(2)
    make_ready(settings)
    look_for_rings_seldom()
    asyncio.run(watch(settings, plan, feeds))


if __name__ == "__main__":
    main()
