"""What a purpose opens of an entity that has left the picture: as far as the role goes, or as far as the glass does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rtcc.insights.withheld import withheld
from tests.unit.insights.told_lives import change, entered, incident, recorded

TOLD = {"narrative": "Hides in the bathroom", "caller_name": "Eva Lund"}


@pytest.mark.parametrize(
    ("role", "break_glass", "fields"),
    [
        ("dispatcher", False, TOLD),
        ("officer", False, {"narrative": TOLD["narrative"]}),
        ("analyst", False, {}),
        ("analyst", True, TOLD),
        ("wall", True, {}),
    ],
)
def test_a_sensitive_incident_that_left_is_opened_by_role(tmp_path: Path, role: Any, break_glass: bool, fields: Any):
    """Once sensitive it stays so, whatever its source said later."""
    life = [
        entered(0),
        incident(5, sensitive=True, **TOLD),
        incident(9, sensitive=False),
        change(20, "incident", "I-1", None),
    ]
    told = withheld(recorded(tmp_path, [life]), "incident", "I-1", role, break_glass)
    assert told == {"sensitive": True, "fields": fields}


def test_a_plate_is_found_in_the_past(tmp_path: Path):
    """The last that was read; nothing of what is not on record, or not for whoever asks."""
    read = change(0, "detection", "D-1", {"detection_type": "plate", "plate": "KLM4471"})
    record = recorded(tmp_path, [[read, change(30, "detection", "D-1", None)]])
    assert withheld(record, "detection", "D-1", "officer", break_glass=False) == {
        "sensitive": False,
        "fields": {"plate": "KLM4471"},
    }
    assert withheld(record, "detection", "D-2", "officer", break_glass=False) is None
    assert withheld(record, "detection", "D-1", "public", break_glass=True) is None
