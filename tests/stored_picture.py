"""The picture as it stands in a store, in the form in which the API and the pure model tell it."""

from __future__ import annotations

from typing import Any

from rtcc.picture.snapshot import read_entity
from rtcc.store import keys
from rtcc.store.commands import Store


def stored_picture(store: Store) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the picture as it stands in the store, without cleared fields."""
    picture: dict[str, dict[str, dict[str, Any]]] = {}
    for member in store.smembers(keys.PRESENT):
        entity = read_entity(member, store.hgetall(keys.ENTITY + member.decode()))
        assert entity is not None
        alive = {name: value for name, value in entity.fields.items() if value is not None}
        picture.setdefault(entity.kind, {})[entity.id] = alive
    return picture
