"""Writes an incident as an EIDO (NENA-STA-021.1): what one audience may see of it, its units, and its notes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

from rtcc.feeds.formats.eido_words import INCIDENT_ID, common_priority
from rtcc.model.checks import parse_instant
from rtcc.model.event import iso

VERSION = "1.0"
_CONTEXT = "./JSON-LD_Contexts/EmergencyIncidentDataObjectType.jsonld"
#: Where a registry is asked for a word and ours has none there.
_OTHER = "Other"
_INCIDENT_STATUS = {
    "pending": "Pending",
    "dispatched": "Dispatched",
    "enroute": "En Route",
    "on_scene": "On Scene",
    "cleared": "Cleared",
    "closed": "Closed",
    "cancelled": "Cancelled",
}
_UNIT_STATUS = {
    "available": ("Available", "In Service"),
    "dispatched": ("Unavailable", "Dispatched"),
    "enroute": ("Unavailable", "En Route"),
    "on_scene": ("Unavailable", "On Scene"),
    "busy": ("Unavailable", "Busy"),
    "out_of_service": ("Unavailable", "Out of Service"),
    "off_duty": ("Unavailable", "Off Duty"),
}
_POINT = '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>{lat} {lon}</gml:pos></gml:Point>'
_CIRCLE = (
    '<gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>{lat} {lon}</gml:pos>'
    '<gs:radius uom="urn:ogc:def:uom:EPSG::9001">{radius}</gs:radius></gs:Circle>'
)
_PIDF = (
    '<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" '
    'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" '
    'xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0" entity={entity}>'
    '<dm:device id="location"><gp:geopriv><gp:location-info>{shape}</gp:location-info>'
    "<gp:usage-rules/></gp:geopriv></dm:device></presence>"
)


class Seen(NamedTuple):
    """An entity as one audience sees it; ``changed_at`` is when its newest field changed, as ISO text."""

    id: str
    fields: Mapping[str, Any]
    changed_at: str


def write_eido(
    incident: Seen, units: Iterable[Seen], notes: Iterable[Seen], agency: str, issuer: str
) -> dict[str, Any]:
    """Return the EIDO of an incident; ``issuer`` names this installation among those that exchange them."""
    return _Writer(incident, agency, issuer).document(list(units), list(notes))


class _Writer:
    def __init__(self, incident: Seen, agency: str, issuer: str) -> None:
        self._incident = incident
        self._agency = agency
        self._issuer = issuer
        self._locations: list[dict[str, Any]] = []

    def document(self, units: list[Seen], notes: list[Seen]) -> dict[str, Any]:
        # What references what is written first, so that all places stand in the list when it is taken.
        told = self._incident_component(notes)
        resources = [self._resource(unit) for unit in units]
        # Everyone knows an incident by the id that its own sender gave it; ours get our name behind them.
        own = f"{INCIDENT_ID}{self._incident.id}"
        document = self._prologue(own if ":" in self._incident.id else f"{own}:{self._issuer}", self._incident)
        document |= {
            "eidoVersion": VERSION,
            "issuingElementIdentification": self._issuer,
            "agencyComponent": [
                self._prologue(self._agency, self._incident)
                | {"agencyRoleDescriptionRegistryText": ["Dispatching"], "agencyType": ["police"]}
            ],
            "incidentComponent": told,
            "@context": {"@vocab": _CONTEXT},
        }
        if units:
            document["dispatchComponent"] = [
                self._prologue(self._own("dispatch"), self._incident)
                | {
                    "agencyReference": {"$ref": self._agency},
                    "emergencyResourceReference": [{"$ref": resource["$id"]} for resource in resources],
                }
            ]
            document["emergencyResourceComponent"] = resources
            document["agentComponent"] = [
                self._prologue(self._own("agent", unit.id), unit)
                | {"agentRoleRegistryText": ["Responder"], "agencyReference": {"$ref": self._agency}}
                for unit in units
            ]
        written = [self._note(note) for note in notes] + self._narrative()
        if written:
            document["notesComponent"] = written
        if self._locations:
            document["locationComponent"] = self._locations
        return document

    def _incident_component(self, notes: list[Seen]) -> dict[str, Any]:
        fields = self._incident.fields
        status, kind = fields.get("status"), fields.get("type")
        component = self._prologue(self._own("incident"), self._incident) | {
            "incidentTypeCommonRegistryText": fields.get("category") or kind or _OTHER,
            "internalIncidentId": self._incident.id,
        }
        internal = {
            "incidentTypeInternalCode": fields.get("type_code"),
            "incidentTypeInternalText": kind,
            "incidentPriorityInternalText": fields.get("priority_label"),
            "beatOrDispatchGroupText": fields.get("beat"),
        }
        component |= {name: value for name, value in internal.items() if value}
        if fields.get("priority"):
            component["incidentCommonPriorityNumber"] = common_priority(fields["priority"])
        if status:
            component["incidentStatusCommonRegistryText"] = [_INCIDENT_STATUS[status]]
            component["incidentStatusInternalText"] = [fields.get("status_label") or status]
        place = self._location(self._incident, "incident", "Incident", fields.get("address"))
        if place:
            component["locationReference"] = [place]
        written = [*notes, *([self._incident] if fields.get("narrative") else [])]
        if written:
            ids = [self._own("note", note.id) for note in notes]
            ids += [self._own("narrative")] if fields.get("narrative") else []
            component["notesReference"] = [{"$ref": id_} for id_ in ids]
        if fields.get("disposition"):
            component["dispositionComponent"] = [
                self._prologue(self._own("disposition"), self._incident)
                | {
                    "dispositionCommonRegistryCode": _OTHER,
                    "dispositionDescriptionText": fields["disposition"],
                    "dispositionPrimaryIndicator": True,
                }
            ]
        return component

    def _resource(self, unit: Seen) -> dict[str, Any]:
        fields = unit.fields
        primary, secondary = _UNIT_STATUS.get(fields.get("status", ""), ("Unknown", "Unknown"))
        component = self._prologue(self._own("unit", unit.id), unit) | {
            "agentReference": [{"$ref": self._own("agent", unit.id)}],
            "emergencyResourceTypeCommonRegistryText": _OTHER,
            "emergencyResourceTypeInternalText": fields.get("unit_type") or "unit",
            "emergencyResourceName": fields.get("callsign") or unit.id,
            "primaryUnitStatusRegistryText": primary,
            "secondaryUnitStatusRegistryText": [secondary],
            "resourceAttributeRegistryText": [_OTHER],
            "resourceAttributeInternalText": [fields.get("unit_type") or "unit"],
        }
        place = self._location(unit, f"unit:{unit.id}", "Unit", None)
        if place:
            component["unitLocationReference"] = place
        return component

    def _location(self, seen: Seen, part: str, kind: str, described: str | None) -> dict[str, str] | None:
        """Write down where something is, and return the reference to it; None where nobody may know."""
        fields, id_ = seen.fields, self._own("location", part)
        has_place = "lat" in fields and "lon" in fields
        if not has_place and not described:
            return None
        fix = Seen(seen.id, fields, fields.get("fix_at") or seen.changed_at)
        location = self._prologue(id_, fix) | {"locationTypeDescriptionRegistryText": kind}
        if described:
            location["locationDescriptionText"] = described
        if has_place:
            at = {"lat": f"{fields['lat']:.7f}", "lon": f"{fields['lon']:.7f}"}
            off_m = fields.get("accuracy_m")
            shape = _CIRCLE.format(**at, radius=off_m) if off_m else _POINT.format(**at)
            location["locationByValue"] = _PIDF.format(entity=quoteattr(f"pres:{self._issuer}"), shape=shape)
        self._locations.append(location)
        return {"$ref": id_}

    def _note(self, note: Seen) -> dict[str, Any]:
        return self._prologue(self._own("note", note.id), note) | {
            "notesActionComments": html.escape(note.fields.get("text", ""), quote=False)
        }

    def _narrative(self) -> list[dict[str, Any]]:
        told = self._incident.fields.get("narrative")
        if not told:
            return []
        head = self._prologue(self._own("narrative"), self._incident)
        return [head | {"notesActionComments": html.escape(told, quote=False)}]

    def _prologue(self, id_: str, seen: Seen) -> dict[str, Any]:
        at = parse_instant(seen.changed_at)
        return {
            "$id": id_,
            "lastUpdateTimeStamp": seen.changed_at if at is None else iso(at),
            "updatedByAgencyReference": {"$ref": self._agency},
        }

    def _own(self, *parts: str) -> str:
        return ":".join(("urn:emergency:uid:rtcc", self._incident.id, *parts, self._issuer))
