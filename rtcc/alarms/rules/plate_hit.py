"""Plate hit: a camera has read a plate that somebody is looking for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.rule import Parameters, Rule

_TYPES = frozenset({"plate", "plate_hit"})


class PlateParameters(Parameters):
    """What can be set."""

    confidence: Annotated[float, Field(ge=0, le=1)] = Field(0.7, description="a reading less sure than this is none")


class PlateHit(Rule[PlateParameters]):
    """Holds while a plate hit that is sure enough waits for review. One that says no confidence counts as sure."""

    name = "plate_hit"
    severity = "high"
    response = "Compare the picture with the plate, confirm or dismiss it, and tell the units nearby."
    watches = {"detection": frozenset({"detection_type", "review", "confidence", "camera_id"})}
    parameters_type = PlateParameters

    def look(self, subject: str, now: float) -> Finding:
        detection = self.view.get("detection", subject)
        if detection is None or detection.get("detection_type") not in _TYPES:
            return NOT_NOW
        confidence = detection.get("confidence")
        unsure = confidence is not None and confidence < self.parameters.confidence
        if unsure or detection.get("review") not in {"unreviewed", None}:
            return NOT_NOW
        about = [("detection", subject)]
        if detection.get("camera_id"):
            about.append(("camera", detection["camera_id"]))
        return Finding(True, "Plate hit", tuple(about))
