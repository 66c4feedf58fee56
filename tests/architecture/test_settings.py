"""Holds docs/settings.md to the settings there are."""

import json
import re
from pathlib import Path

import pytest

from rtcc.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `RTCC_([A-Z0-9_]+)` \| (.*?) \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name):
    """A setting has its row in docs/settings.md, which tells what holds when nobody chose."""
    default = Settings.model_fields[name].default
    stated = ROWS[name.upper()]
    if isinstance(default, Path):
        assert default.name in stated
    elif isinstance(default, tuple):
        assert json.loads(stated.strip("`")) == list(default)
    else:
        assert stated == ("none" if default in (None, "") else f"`{default}`")


def test_no_documented_setting_is_gone():
    """The page promises nothing that the program no longer reads."""
    read_elsewhere = {"CONFIG", "CITY_DATA"}
    assert set(ROWS) - {name.upper() for name in Settings.model_fields} <= read_elsewhere
