"""Makes a built city pack of a recipe and the public files that it names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely
from geopandas import GeoDataFrame

from rtcc.city.build.columns import shaped
from rtcc.city.build.doors import MARGIN, open_file
from rtcc.city.build.mend import mended, named_once
from rtcc.city.build.neighbours import compare, compare_with_districts
from rtcc.city.build.report import Report
from rtcc.city.build.sources import Recipe, load_recipe
from rtcc.city.build.writer import make_sure_it_may_be_written, write_pack
from rtcc.city.pack import LAYERS
from rtcc.city.read import WGS84

_WITHOUT = {
    "districts": "There are no districts: nothing is filed under one, and the map has no outlines.",
    "streets": "There are no streets: no cross streets and no drive times, only straight lines.",
}


def build_recipe(recipe_folder: Path, to: Path, report: Report) -> None:
    """Build the pack of the recipe in ``recipe_folder`` into the folder ``to``. Raises PackError."""
    recipe = load_recipe(recipe_folder, report)
    make_sure_it_may_be_written(to.absolute())
    layers = _layers(recipe, report)
    for role, sentence in _WITHOUT.items():
        if role not in layers:
            report.warned(role, sentence)
    report.step("Comparing areas")
    for role in ("districts", "beats", "neighborhoods"):
        if role in layers:
            compare(layers[role], role, report)
    if "beats" in layers:
        layers["beats"] = compare_with_districts(layers["beats"], layers.get("districts"), report)
    if "land" not in layers:
        report.warned("land", "There is no land: the whole map is taken for dry land but for the water.")
        layers["land"] = _all_land(recipe)
    write_pack(to, recipe.about, layers, report, basemap=recipe.basemap)


def _layers(recipe: Recipe, report: Report) -> dict[str, GeoDataFrame]:
    files = [(source, file) for source in recipe.sources for file in source.files]
    parts: dict[str, list[GeoDataFrame]] = {}
    report.step("Reading files")
    for done, (source, file) in enumerate(files):
        report.progress(done, len(files))
        frame = shaped(open_file(file, source, recipe, report), file, source, report)
        frame = mended(frame, source.layer, file.name, recipe.bounds, MARGIN, report)
        parts.setdefault(source.layer, []).append(frame)
    report.progress(len(files), len(files))
    layers = {}
    for role in LAYERS:
        if role in parts:
            whole = GeoDataFrame(pd.concat(parts[role], ignore_index=True), crs=WGS84)
            layers[role] = named_once(whole, role, report)
    return layers


def _all_land(recipe: Recipe) -> GeoDataFrame:
    west, south, east, north = recipe.bounds
    dx, dy = (east - west) * MARGIN, (north - south) * MARGIN
    return GeoDataFrame(geometry=[shapely.box(west - dx, south - dy, east + dx, north + dy)], crs=WGS84)
