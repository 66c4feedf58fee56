"""Reads an EIDO as what it is: components that refer to each other by id, in which anything may be missing or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rtcc.feeds.formats.pidf_lo import Place, read_pidf
from rtcc.feeds.formats.safe_xml import XmlError
from rtcc.model.checks import parse_instant
from rtcc.model.event import iso

Component = dict[str, Any]
#: What is looked at of one document; real ones have a handful of each.
MOST = 2_000


class Document:
    """One EIDO. ``remarks`` gathers what in its locations could not be used."""

    def __init__(self, content: Component) -> None:
        """Begin with the decoded object."""
        self.content = content
        self.id = text(content, "$id")
        self.remarks: list[str] = []
        self._places: dict[str, tuple[Place, Component]] = {}
        self._by_id = {
            name: {text(one, "$id"): one for one in self.components(name)}
            for name in ("locationComponent", "notesComponent", "emergencyResourceComponent", "callbackComponent")
        } | {"additionalDataComponent": {text(one, "$id"): one for one in self.components("additionalDataComponent")}}
        for id_, location in self._by_id["locationComponent"].items():
            place = self._read_place(location)
            if place is not None:
                self._places[id_] = place, location

    def components(self, name: str) -> list[Component]:
        """Return the components of a name; one that is no list counts as one of one."""
        return objects(self.content.get(name))

    def referred(self, name: str, component: Component, by: str) -> Iterator[Component]:
        """Yield the components that another one refers to."""
        for id_ in references(component.get(by)):
            if id_ in self._by_id[name]:
                yield self._by_id[name][id_]

    def place(self, component: Component, by: str = "locationReference") -> tuple[Place, Component] | None:
        """Return the best place that a component refers to: the surest position, with an address if any has one."""
        places = [self._places[id_] for id_ in references(component.get(by)) if id_ in self._places]
        if not places:
            return None

        def off_m(found: tuple[Place, Component]) -> float:
            place = found[0]
            return float("inf") if place.lat is None else (place.accuracy_m or 0.0)

        best, location = min(places, key=off_m)
        address = best.address or next((place.address for place, _ in places if place.address), None)
        return best._replace(address=address), location

    def _read_place(self, location: Component) -> Place | None:
        value = text(location, "locationByValue")
        if not value:
            if text(location, "locationByReferenceUrl"):
                self.remarks.append("A location is given by reference; nothing is fetched, so it is left out.")
            return None
        try:
            return read_pidf(value)
        except XmlError as error:
            self.remarks.append(str(error))
            return None


def objects(value: Any) -> list[Component]:
    """Return the objects in a list, or of one alone."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values[:MOST] if isinstance(one, dict)]


def references(value: Any) -> list[str]:
    """Return the ids that references name."""
    return [one for one in (text(reference, "$ref") for reference in objects(value)) if one]


def text(component: Component, name: str) -> str:
    """Return a text of a component, empty where there is none."""
    value = component.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts(component: Component, name: str) -> list[str]:
    """Return the texts in a list of a component, or of one alone."""
    value = component.get(name)
    values = value if isinstance(value, list) else [value]
    return [one.strip() for one in values[:MOST] if isinstance(one, str) and one.strip()]


def instant(component: Component, name: str) -> str | None:
    """Return an instant of a component in our own spelling."""
    at = parse_instant(component.get(name))
    return None if at is None else iso(at)
