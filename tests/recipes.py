"""Small recipes of a city for tests: a folder with a city.toml and the files that it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import shapely

from rtcc.city.build.recipe import build_recipe
from rtcc.city.build.report import Report
from rtcc.city.pack import CityPack, load_pack

PLAIN = Path(__file__).parents[1] / "cities" / "plain"

#: A town of two square districts, about 7 km wide and 11 km high.
HEAD = """
name = "Testville"
timezone = "Europe/Vienna"
center = [10.05, 50.05]
zoom = 12
bounds = [10.0, 50.0, 10.1, 50.1]
"""
DISTRICTS = '[sources.districts]\nfile = "districts.geojson"\nname = "label"\n'
BEATS = '[sources.beats]\nfile = "beats.geojson"\nname = "name"\n'
STREETS = '[sources.streets]\nfile = "streets.geojson"\nname = "name"\nclass = "class"\n'


def frame_of(shapes: list[Any], crs: str | None = "EPSG:4326", **columns: list[Any]) -> geopandas.GeoDataFrame:
    """Return a frame with the columns and shapes."""
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)


def squares() -> geopandas.GeoDataFrame:
    """Return two districts side by side, which fill the bounds."""
    boxes = [shapely.box(10.0, 50.0, 10.05, 50.1), shapely.box(10.05, 50.0, 10.1, 50.1)]
    return frame_of(boxes, label=["WEST END", "EAST END"])


def write(frame: geopandas.GeoDataFrame, file: Path) -> None:
    """Write the frame as GeoJSON with its coordinates untouched, as many tools do, or in another format by its name."""
    if file.suffix != ".geojson":
        frame.to_file(file)
        return
    told = json.loads(frame.to_json(drop_id=True, to_wgs84=False))
    file.write_text(json.dumps(told), "utf-8")


def recipe_in(folder: Path, text: str = DISTRICTS, head: str = HEAD) -> Path:
    """Write a recipe into the folder, with its two districts beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "city.toml").write_text(head + text, "utf-8")
    if not (folder / "districts.geojson").exists():
        write(squares(), folder / "districts.geojson")
    return folder


def built(folder: Path, text: str = DISTRICTS, head: str = HEAD) -> tuple[CityPack, list[str]]:
    """Build the recipe that is written into the folder; return its pack and the findings as text."""
    report = Report()
    build_recipe(recipe_in(folder, text, head), folder / "built", report)
    return load_pack(folder / "built"), [f"{each.kind} {each.layer}: {each.sentence}" for each in report.findings]


def told(findings: list[str], *words: str) -> str:
    """Return the one finding that holds all these words."""
    found = [finding for finding in findings if all(word in finding for word in words)]
    assert len(found) == 1, findings
    return found[0]
