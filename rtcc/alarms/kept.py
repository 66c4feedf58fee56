"""What the alarms keep in the store beside the picture, so that a restart forgets nothing: memory, arrivals, raises."""

from __future__ import annotations

import orjson

from rtcc.alarms.arrivals import Arrival, Arrivals
from rtcc.alarms.load import DAY_US, RaiseLog
from rtcc.alarms.memory import Memory
from rtcc.model.break_glass import BreakGlass
from rtcc.store import keys
from rtcc.store.commands import Store


def read_memory(store: Store) -> Memory:
    """Return what was remembered."""
    kept = store.hgetall(keys.ALARM_MEMORY)
    return Memory({key.decode(): tuple(orjson.loads(value)) for key, value in kept.items()})


def read_arrivals(store: Store) -> Arrivals:
    """Return the arrivals of the last weeks."""
    kept = store.hgetall(keys.ALARM_ARRIVALS)
    return Arrivals({id_.decode(): Arrival(*orjson.loads(value)) for id_, value in kept.items()})


def read_raises(store: Store) -> RaiseLog:
    """Return the raises of the last day."""
    kept = [entry.decode().partition(" ") for entry in store.zrange(keys.ALARM_RAISES, 0, -1)]
    return RaiseLog((int(us), id_) for us, _, id_ in kept)


def read_broken_glass(store: Store) -> dict[str, BreakGlass]:
    """Return the uses of break glass that nobody has reviewed yet, by the number of their record."""
    kept = store.hgetall(keys.BREAK_GLASS)
    return {number.decode(): BreakGlass(**orjson.loads(used)) for number, used in kept.items()}


def save(store: Store, memory: Memory, arrivals: Arrivals, raises: RaiseLog) -> None:
    """Keep what is new. What a failure leaves unsaved the next start finds again in the picture."""
    if not (memory.unsaved or arrivals.unsaved or raises.unsaved):
        return
    pipeline = store.pipeline()
    remembered = {key: memory.known(key) for key in memory.unsaved}
    arrived = {id_: arrivals.by_id.get(id_) for id_ in arrivals.unsaved}
    for name, kept in ((keys.ALARM_MEMORY, remembered), (keys.ALARM_ARRIVALS, arrived)):
        there = {key: orjson.dumps(list(value)) for key, value in kept.items() if value is not None}
        gone = [key for key, value in kept.items() if value is None]
        if there:
            pipeline.hset(name, mapping=there)
        if gone:
            pipeline.hdel(name, *gone)
    if raises.unsaved:
        pipeline.zadd(keys.ALARM_RAISES, {f"{us} {id_}": us / 1e6 for us, id_ in raises.unsaved})
        newest_us = raises.unsaved[-1][0]
        pipeline.zremrangebyscore(keys.ALARM_RAISES, "-inf", (newest_us - DAY_US) / 1e6)
    pipeline.execute()
    memory.unsaved.clear()
    arrivals.unsaved.clear()
    raises.unsaved.clear()
