"""San Francisco's pack, built once a run from its public files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtcc.city.build.recipe import build_recipe
from rtcc.city.build.report import Report
from rtcc.city.pack import CityPack, load_pack

RECIPE = Path(__file__).parents[2] / "cities" / "san_francisco"


@pytest.fixture(scope="session")
def san_francisco(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CityPack, list[str]]:
    """The pack, and what was told while it was built."""
    folder = tmp_path_factory.mktemp("sf") / "built"
    report = Report()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RTCC_CITY_DATA", str(shared_data))
        build_recipe(RECIPE, folder, report)
    return load_pack(folder), [f"{each.kind} {each.layer}: {each.sentence}" for each in report.findings]
