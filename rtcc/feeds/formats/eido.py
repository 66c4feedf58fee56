"""EIDO (NENA-STA-021.1): incidents, calls, the units sent, and notes; persons are left out unless the feed says so."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Self

import orjson

from rtcc.feeds.formats import eido_words as words
from rtcc.feeds.formats.eido_document import Component, Document, instant, objects, references, text, texts
from rtcc.feeds.formats.pidf_lo import Place
from rtcc.feeds.formats.plain_text import line, short_id, story
from rtcc.feeds.formats.telling import Telling
from rtcc.feeds.formats.unzip import UnzipError, unzip
from rtcc.feeds.options import Options
from rtcc.feeds.payload import FeedNames, Payload, Told
from rtcc.model.checks import one_of

_TAG = re.compile(r"<[^<>]{0,1000}>")
_SERVICE_TYPE = re.compile(r"<(?:\w{1,40}:)?ServiceType>\s*([\w -]{1,64}?)\s*</")
_NO_TIME = "lastUpdateTimeStamp is missing or no instant; every component must have one."


class EidoFormat:
    """Reads one EIDO, or a list of them."""

    remembers = False

    def __init__(self, names: FeedNames, persons: str) -> None:
        """``persons`` is ``leave_out``, or ``keep`` to tell callers' numbers and who handles a call."""
        self._names = names
        self._persons = persons == "keep"

    @classmethod
    def from_table(cls, names: FeedNames, table: dict[str, Any]) -> Self:
        """Make it from the feed's table. Raises FeedTableError."""
        options = Options(f"feeds.{names.name}", table)
        persons = options.take("persons", one_of("leave_out", "keep"), "leave_out")
        options.done()
        return cls(names, persons)

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read all documents of a payload."""
        telling = Telling(self._names, payload)
        try:
            content = orjson.loads(unzip(payload.body))
        except UnzipError as error:
            return telling.refuse_all(str(error))
        except orjson.JSONDecodeError:
            return telling.refuse_all("The payload is no JSON.")
        documents = objects(content)
        if not documents:
            return telling.refuse_all("The payload is neither an EIDO nor a list of them.")
        for document in documents:
            self._document(telling, Document(document))
        return telling.told

    def _document(self, telling: Telling, document: Document) -> None:
        incident_id = short_id(words.bare_id(document.id, words.INCIDENT_ID)) if document.id else ""
        if not incident_id:
            _begin(telling, document.content)
            telling.refuse("$id is missing; it must be the id of the incident.")
            return
        told = telling.told.rows
        for incident in document.components("incidentComponent")[:1]:
            _begin(telling, incident)
            self._incident(telling, document, incident_id, incident)
        units = _sent(document)
        for dispatch in document.components("dispatchComponent"):
            _begin(telling, dispatch)
            self._dispatch(telling, incident_id, dispatch, units)
        for call in document.components("callComponent"):
            _begin(telling, call)
            self._call(telling, document, incident_id, call)
        for resource in document.components("emergencyResourceComponent"):
            _begin(telling, resource)
            self._unit(telling, document, incident_id, resource)
        for note in document.components("notesComponent"):
            _begin(telling, note)
            self._note(telling, incident_id, note)
        if telling.told.rows == told:
            _begin(telling, document.content)
            telling.refuse("The EIDO holds no incident, call, dispatch, unit or note.")
        for remark in document.remarks:
            telling.remark(remark)

    def _incident(self, telling: Telling, document: Document, incident_id: str, incident: Component) -> None:
        at = instant(incident, "lastUpdateTimeStamp")
        if at is None:
            telling.refuse(_NO_TIME)
            return
        common = text(incident, "incidentTypeCommonRegistryText")
        statuses = texts(incident, "incidentStatusCommonRegistryText")
        started = [instant(call, "callStartTimestamp") for call in document.components("callComponent")]
        place = document.place(incident)
        fields = {
            "type_code": line(text(incident, "incidentTypeInternalCode"), 64),
            "type": line(text(incident, "incidentTypeInternalText") or common, 200),
            "category": line(common, 200),
            "priority": words.priority(incident.get("incidentCommonPriorityNumber")),
            "priority_label": line(text(incident, "incidentPriorityInternalText"), 64),
            "status": words.incident_status(statuses, has_units=bool(document.components("dispatchComponent"))),
            "status_label": words.label(texts(incident, "incidentStatusInternalText") or statuses),
            "received_at": min((each for each in started if each is not None), default=None),
            "beat": line(text(incident, "beatOrDispatchGroupText"), 64),
            "disposition": _disposition(incident),
        }
        telling.tell("incident", incident_id, at, fields | _placed(place, "accuracy_m"))

    def _dispatch(self, telling: Telling, incident_id: str, dispatch: Component, units: list[str]) -> None:
        at = instant(dispatch, "lastUpdateTimeStamp")
        if at is None:
            telling.refuse(_NO_TIME)
            return
        telling.tell("incident", incident_id, at, {"units": units})

    def _call(self, telling: Telling, document: Document, incident_id: str, call: Component) -> None:
        at, id_ = instant(call, "lastUpdateTimeStamp"), text(call, "$id")
        if at is None or not id_:
            telling.refuse(_NO_TIME if at is None else "$id is missing; every call must have one.")
            return
        said = text(call, "callStateRegistryText")
        state = words.call_state(said)
        if said and state is None:
            telling.remark("callStateRegistryText is of no state that we know; it is left out.")
        place = document.place(call)
        fields = {
            "state": state,
            "queue": line(text(call, "queueIdentifier"), 64),
            "started_at": instant(call, "callStartTimestamp"),
            "answered_at": instant(call, "answerDate"),
            "ended_at": at if state in {"ended", "abandoned"} else None,
            "class_of_service": _class_of_service(document, call),
            "incident_id": incident_id,
        }
        if self._persons:
            taker = next(iter(references(call.get("agentReference"))), "")
            fields |= {"caller_number": _number(document, call), "call_taker": line(taker, 64)}
        says = fields | _placed(place, "uncertainty_m")
        says.pop("address", None)
        telling.tell("call", short_id(words.bare_id(id_, words.CALL_ID)), at, says)

    def _unit(self, telling: Telling, document: Document, incident_id: str, resource: Component) -> None:
        at = instant(resource, "lastUpdateTimeStamp")
        if at is None or not _unit_id(resource):
            telling.refuse(_NO_TIME if at is None else "The emergency resource has neither a name nor $id.")
            return
        primary = text(resource, "primaryUnitStatusRegistryText")
        secondary = texts(resource, "secondaryUnitStatusRegistryText")
        active_on = text(resource, "activeOnIncidentId")
        place = document.place(resource, "unitLocationReference")
        fields = {
            "callsign": line(text(resource, "emergencyResourceName"), 64),
            "unit_type": line(
                text(resource, "emergencyResourceTypeInternalText")
                or text(resource, "emergencyResourceTypeCommonRegistryText"),
                64,
            ),
            "status": words.unit_status(primary, secondary),
            "status_label": words.label(texts(resource, "unitStatusInternal") or [primary, *secondary]),
            "incident_id": short_id(words.bare_id(active_on, words.INCIDENT_ID)) if active_on else incident_id,
        }
        telling.tell("unit", _unit_id(resource), at, fields)
        if place is not None and place[0].lat is not None:
            # Its place is a component with a time of its own, often newer than what is said of the unit.
            fix_at = instant(place[1], "lastUpdateTimeStamp") or at
            fix = _placed(place, "accuracy_m")
            fix.pop("address", None)
            telling.tell("unit", _unit_id(resource), fix_at, fix | {"fix_at": fix_at})

    def _note(self, telling: Telling, incident_id: str, note: Component) -> None:
        at, id_ = instant(note, "lastUpdateTimeStamp"), text(note, "$id")
        if at is None or not id_:
            telling.refuse(_NO_TIME if at is None else "$id is missing; every note must have one.")
            return
        writer = references(note.get("agentReference") if self._persons else note.get("updatedByAgencyReference"))
        written = html.unescape(_TAG.sub(" ", text(note, "notesActionComments")[:40_000]))
        fields = {
            "about": [{"kind": "incident", "id": incident_id}],
            "text": story(written, 4_000),
            "written_by": line(next(iter(writer), ""), 64),
            "written_at": at,
        }
        if fields["text"] is None:
            telling.refuse("notesActionComments is missing or empty; a note must say something.")
            return
        telling.tell("note", short_id(id_), at, fields)


def _begin(telling: Telling, component: Component) -> None:
    telling.begin(orjson.dumps(component), line(text(component, "$id"), 64) or "")


def _placed(found: tuple[Place, Component] | None, accuracy: str) -> dict[str, Any]:
    if found is None:
        return {}
    place = found[0]
    return {"lat": place.lat, "lon": place.lon, accuracy: place.accuracy_m, "address": place.address}


def _sent(document: Document) -> list[str]:
    """Return the units of an incident: each dispatch says whom one agency sent, all of them together who goes."""
    units = (
        _unit_id(resource)
        for dispatch in document.components("dispatchComponent")
        for resource in document.referred("emergencyResourceComponent", dispatch, "emergencyResourceReference")
    )
    return list(dict.fromkeys(filter(None, units)))[:100]


def _unit_id(resource: Component) -> str:
    name = text(resource, "emergencyResourceName") or text(resource, "$id")
    return short_id(name) if name else ""


def _disposition(incident: Component) -> str | None:
    """Return the primary disposition, or the first."""
    found = objects(incident.get("dispositionComponent"))
    found.sort(key=lambda one: one.get("dispositionPrimaryIndicator") is not True)
    says = [text(one, "dispositionDescriptionText") or text(one, "dispositionCommonRegistryCode") for one in found]
    return line(next(iter(says), ""), 200)


def _class_of_service(document: Document, call: Component) -> str | None:
    """Return the kind of line, which an additional data block tells (RFC 7852)."""
    for data in document.referred("additionalDataComponent", call, "additionalDataReference"):
        found = _SERVICE_TYPE.search(text(data, "additionalDataByValue")[:100_000])
        if found:
            return line(found[1], 64)
    return None


def _number(document: Document, call: Component) -> str | None:
    for callback in document.referred("callbackComponent", call, "callBackReference"):
        for uri in texts(callback, "callBackInformationUri"):
            if uri.lower().startswith("tel:"):
                return line(uri[4:], 64)
    return None
