from __future__ import annotations

import pytest

from rtcc.feeds.catalogue import MAPPINGS, detect_mapping, find_mapping, shipped_mappings
from rtcc.feeds.formats.mapping import MappingError, load_mapping

SF = (MAPPINGS / "sf_calls_realtime.toml").read_text()


def test_every_shipped_mapping_can_be_used():
    """Each file is valid, named for itself and can be found by its columns."""
    for mapping in shipped_mappings():
        assert find_mapping(mapping.name) is mapping
        assert detect_mapping({*mapping.columns, "and", "more"}) is mapping
        assert (MAPPINGS / f"{mapping.name}.toml").is_file()


def test_columns_that_nobody_knows_are_told():
    """A file of an unknown shape is refused with the columns it has."""
    with pytest.raises(MappingError, match=r"No mapping fits these columns \(a, b, …\)"):
        detect_mapping(["b", "a"])


def test_an_unknown_name_is_told_with_the_known_ones():
    """A typing mistake is answered with what there is."""
    with pytest.raises(MappingError, match=r"there are .*sf_calls_realtime"):
        find_mapping("sf_cals")


def test_a_mapping_may_be_a_file_of_ones_own(tmp_path):
    """An agency's mapping needs no change in RTCC."""
    file = tmp_path / "mine.toml"
    file.write_text(SF.replace('name = "sf_calls_realtime"', 'name = "mine"'))
    assert find_mapping(str(file)).name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "cad_number"', "", "id is missing"),
        ('kind = "incident"', 'kind = "weather"', "kind weather is none of"),
        ('timezone = "America/Los_Angeles"', 'timezone = "Mars/Base"', "timezone is not known"),
        ('as = "streets"', 'as = "poem"', "read as poem"),
        ('status = "on_scene"', 'status = "there"', "there is no status of incident"),
        ('field = "enroute_at"', 'field = "rolling_at"', "rolling_at is no field of incident"),
        ("interval_s = 90", "interval_s =", "Invalid value"),
    ],
)
def test_a_broken_mapping_is_refused_with_its_reason(tmp_path, old, new, said):
    """What is wrong with a mapping is one sentence that names the file."""
    file = tmp_path / "broken.toml"
    file.write_text(SF.replace(old, new))
    with pytest.raises(MappingError, match=said) as refused:
        load_mapping(file)
    assert "broken.toml" in str(refused.value)


def test_an_absent_mapping_is_told(tmp_path):
    """A wrong path is told by its path."""
    with pytest.raises(MappingError, match="cannot be read"):
        find_mapping(str(tmp_path / "nowhere.toml"))
