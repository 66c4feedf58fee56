"""Turns the columns of a public file into those that a city pack's layer promises, before its shapes are mended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from rtcc.city.build.doors import text_of
from rtcc.city.build.names import counted, written
from rtcc.city.build.report import Report
from rtcc.city.build.sources import PLACE_KINDS, Source
from rtcc.city.pack import LAYERS, STREET_CLASSES, PackError
from rtcc.city.read import WGS84

#: What a row is when its file does not say.
_DEFAULTS = {"class": "local", "kind": "other"}
_ONEWAY = {"": 0, "0": 0, "no": 0, "false": 0, "1": 1, "yes": 1, "true": 1, "ft": 1, "-1": -1, "reverse": -1, "tf": -1}
_NAMED = ("districts", "beats", "neighborhoods")


def shaped(frame: GeoDataFrame, file: Path, source: Source, report: Report) -> GeoDataFrame:
    """Return the frame with exactly the columns of its layer, each of its own kind. Raises PackError."""
    fields = LAYERS[source.layer].columns
    if source.layer in _NAMED and not _said(frame, "name", source):
        raise PackError(f"{file}: say with `name = …` which column holds the names of the {source.layer}.")
    made: dict[str, pd.Series] = {}
    kept = pd.Series(True, index=frame.index)
    for field, kind in fields.items():
        texts = _texts(frame, field, source)
        match field:
            case "class":
                made[field], kept = _classes(texts, file, source, report)
            case "kind" if source.layer == "places":
                made[field] = _place_kinds(texts, file, report)
            case "oneway" | "level":
                made[field] = _whole(texts, field, file, source, report)
            case _ if kind == "str":
                made[field] = texts.map(str if field in {"id", "kind"} else written).astype("str")
            case _:
                made[field] = _number(texts, field, file, source, report)
    if not kept.all():
        report.refused(source.layer, f"{counted(int((~kept).sum()), 'row')} of {file.name} left out for the class.")
    ready = GeoDataFrame(made, geometry=frame.geometry, crs=WGS84)
    return _raised(ready[kept].reset_index(drop=True), source, report)


def _said(frame: GeoDataFrame, field: str, source: Source) -> bool:
    return field in source.columns or field in source.constants or field in frame.columns


def _texts(frame: GeoDataFrame, field: str, source: Source) -> pd.Series:
    if field in source.constants:
        texts = pd.Series(text_of(source.constants[field]), index=frame.index, dtype="object")
    elif _said(frame, field, source):
        # A column that has our own name for the field need not be mentioned.
        texts = frame[source.columns.get(field, field)].map(text_of).astype("object")
    else:
        texts = pd.Series("", index=frame.index, dtype="object")
    table = source.tables.get(field)
    return texts.map(lambda value: table.get(value, value)) if table else texts


def _classes(texts: pd.Series, file: Path, source: Source, report: Report) -> tuple[pd.Series, pd.Series]:
    nothing = texts == ""
    if nothing.all():
        report.warned(source.layer, f"{file.name} does not say the class of its streets; all are taken for local ones.")
    texts = texts.mask(nothing, _DEFAULTS["class"])
    known = texts.isin(STREET_CLASSES)
    if not known.any():
        said = f"has the unknown classes {_values(texts)}; translate them to {', '.join(STREET_CLASSES)} with `classes`"
        raise PackError(f"{file} {said}.")
    if not known.all():
        report.refused(
            source.layer, f"{file.name} has classes that the recipe does not name: {_values(texts[~known])}."
        )
    return texts.astype("str"), known


def _place_kinds(texts: pd.Series, file: Path, report: Report) -> pd.Series:
    texts = texts.mask(texts == "", _DEFAULTS["kind"])
    strange = ~texts.isin(PLACE_KINDS)
    if strange.any():
        report.warned("places", f"{file.name} has kinds that we do not know, now `other`: {_values(texts[strange])}.")
    return texts.mask(strange, _DEFAULTS["kind"]).astype("str")


def _whole(texts: pd.Series, field: str, file: Path, source: Source, report: Report) -> pd.Series:
    if field == "oneway":
        numbers = texts.str.lower().map(_ONEWAY)
    else:
        numbers = pd.to_numeric(texts.mask(texts == "", "0"), errors="coerce").where(lambda value: value.abs() <= 9)
    strange = numbers.isna()
    if strange.any():
        said = f"{file.name} has values of {field} that nobody can read, taken for 0: {_values(texts[strange])}"
        report.warned(source.layer, f"{said}; translate them with a table.")
    return numbers.fillna(0).astype("int8")


def _number(texts: pd.Series, field: str, file: Path, source: Source, report: Report) -> pd.Series:
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    strange = (numbers.isna() | ~np.isfinite(numbers)) & (texts != "")
    if strange.any():
        report.warned(
            source.layer, f"{file.name} has values of {field} that are no numbers: {_values(texts[strange])}."
        )
    numbers = numbers.mask(strange)
    if field == "heading_deg":
        return numbers % 360
    return numbers.where(numbers > 0)


def _raised(frame: GeoDataFrame, source: Source, report: Report) -> GeoDataFrame:
    if source.arterials:
        named = frame["name"].isin(source.arterials)
        frame.loc[named & frame["class"].isin(("local", "collector")), "class"] = "arterial"
        strangers = sorted(set(source.arterials) - set(frame["name"]))
        if strangers:
            report.warned(source.layer, f"No street has the name of these arterials: {', '.join(strangers)}.")
    return frame


def _values(texts: pd.Series) -> str:
    counts = texts.value_counts()
    told = ", ".join(f"{value!r} ({count:,})" for value, count in counts.head(6).items())
    return told if len(counts) <= 6 else f"{told} and {len(counts) - 6:,} more"
