"""Our own tables of call types: officers find and begin a believable part of them, and a wrong part is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from rtcc.city import build
from rtcc.city.invent.city import invent
from rtcc.city.pack import PackError, city_of

GENERAL = Path(build.__file__).with_name("call_types.toml")
CITY = {"name": "X", "timezone": "UTC", "center": [0, 0], "zoom": 10, "bounds": [-1, -1, 1, 1]}


def general():
    return {**CITY, **tomllib.loads(GENERAL.read_text("utf-8"))}


@pytest.mark.parametrize("about", [general, lambda: invent()[0]], ids=["general", "invented"])
def test_officers_find_a_believable_part_themselves(about):
    """About a fifth is called in by nobody, most of all what only officers begin: stops and checks on foot."""
    types = city_of(about(), GENERAL)["call_types"]
    share = {each.type: each.share / sum(other.share for other in types) for each in types}
    assert 0.15 < sum(share[each.type] * each.onview for each in types) < 0.25
    begun = {
        each.type: each.onview for each in types if each.type in {"Traffic stop", "Subject stop", "Foot patrol check"}
    }
    assert len(begun) == 3
    assert all(0.7 <= onview <= 0.9 for onview in begun.values())
    assert share["Traffic stop"] > 0.05
    assert sum(each.onview == 0 for each in types) > len(types) / 4


@pytest.mark.parametrize("onview", [-0.1, 1.1, float("nan"), True, "often"])
def test_a_part_is_from_nothing_to_all(onview):
    """Anything else is refused in one sentence that names the type, the value and what is allowed."""
    row = {"code": "A", "type": "A", "category": "A", "priority": 1, "onview": onview}
    with pytest.raises(PackError, match=r"call type A has the onview .*; it must be a number from 0 to 1\.$"):
        city_of({**CITY, "call_types": [row]}, Path("city.toml"))
