"""Reads a recipe, the city.toml that tells which public files a city pack is made from and what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from rtcc.city.build.report import Report
from rtcc.city.build.tables import look_at_tables
from rtcc.city.choice import data_folder
from rtcc.city.pack import LAYERS, STREET_CLASSES, PackError, city_of, read_toml

FORMATS = (".geojson", ".json", ".shp", ".csv", ".parquet", ".geoparquet")
#: A larger file is refused: to read one takes up to five times its size in memory, and seconds for each 100 MB.
LIMIT_MB = 256
PLACE_KINDS = (
    *("police", "fire_station", "hospital", "school", "shelter", "nightlife", "park"),
    *("transit", "town_hall", "library", "stadium", "airport", "other"),
)
#: Which table translates the values of which field.
TABLES = {"class": "classes", "kind": "kinds", "oneway": "oneways", "level": "levels"}
_ALLOWED = {"class": STREET_CLASSES}
_CITY = ("name", "timezone", "center", "zoom", "bounds", "attribution", "agencies", "call_types", "targets")
_RECIPE = (*_CITY, "data", "basemap", "basemap_attribution", "limit_mb", "sources")
_SOURCE = ("file", "files", "optional", "only", "crs", "lat", "lon", "wkt")
_DEFAULT_CALLS = Path(__file__).with_name("call_types.toml")


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows of one layer come from: the files, the column or the constant of each field, the rows to take."""

    layer: str
    files: tuple[Path, ...]
    columns: dict[str, str]
    constants: dict[str, str | float]
    tables: dict[str, dict[str, str]]
    only: dict[str, tuple[str, ...]]
    arterials: tuple[str, ...]
    crs: str | None
    lat: str | None
    lon: str | None
    wkt: str | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe, checked: ``about`` is what the built pack's city.toml will say."""

    about: dict[str, Any]
    bounds: tuple[float, float, float, float]
    sources: tuple[Source, ...]
    basemap: Path | None
    limit_mb: float


def load_recipe(folder: Path, report: Report) -> Recipe:
    """Read ``city.toml`` in ``folder``. Raises PackError."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise PackError(f"{folder} is no folder; a recipe is a folder with a city.toml.")
    file = folder / "city.toml"
    told = read_toml(file)
    if "pack" in told:
        raise PackError(f"{folder} is a built city pack, not a recipe; look at it with `rtcc city check`.")
    try:
        return _recipe(folder, told, report)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, PackError):
            raise
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise PackError(f"{file}: {what}.") from error


def _recipe(folder: Path, told: dict[str, Any], report: Report) -> Recipe:
    _only_known(told, _RECIPE, "the recipe")
    _text(told.get("data", "."), "data")
    places = (folder, data_folder(folder, told))
    about = _about(told, places, report)
    city = city_of(about, folder / "city.toml")
    look_at_tables(city, folder / "city.toml", report)
    west, south, east, north = city["bounds"]
    lon, lat = city["center"]
    if not (west <= lon <= east and south <= lat <= north):
        raise ValueError(f"the center {lon}, {lat} must lie within the bounds {west}, {south}, {east}, {north}")
    basemap = _find(places, _text(told["basemap"], "basemap")) if "basemap" in told else None
    if "basemap" in told and basemap is None:
        raise ValueError(f"the basemap {told['basemap']} is absent")
    limit_mb = told.get("limit_mb", LIMIT_MB)
    if not isinstance(limit_mb, int | float) or limit_mb <= 0:
        raise ValueError(f"limit_mb is {limit_mb}; it must be a number of megabytes")
    tables = told.get("sources", {})
    if not isinstance(tables, dict):
        raise TypeError("sources must be tables such as [sources.streets]")
    _only_known(tables, LAYERS, "sources", "layer")
    sources = []
    for layer in (layer for layer in LAYERS if layer in tables):
        for each in tables[layer] if isinstance(tables[layer], list) else [tables[layer]]:
            source = _source(layer, each, places, report)
            if source.files:
                sources.append(source)
    if not sources:
        raise ValueError("no file of any layer is there, so there is nothing to make a city of")
    return Recipe(about, city["bounds"], tuple(sources), basemap, limit_mb)


def _about(told: dict[str, Any], places: tuple[Path, Path], report: Report) -> dict[str, Any]:
    about = {key: told[key] for key in _CITY if key in told}
    if "basemap_attribution" in told:
        lines = [line for line in (about.get("attribution"), _text(told["basemap_attribution"], "it")) if line]
        about["attribution"] = " · ".join(dict.fromkeys(lines))
    default = read_toml(_DEFAULT_CALLS)
    types = about.get("call_types")
    if isinstance(types, str):
        file = _find(places, types)
        if file is None:
            raise ValueError(f"the file of call types {types} is absent")
        about["call_types"] = read_toml(file)["call_types"]
    elif not types:
        about["call_types"] = default["call_types"]
        report.read("city", "The recipe has no call_types; the general table of police calls is taken.")
    if not about.get("targets"):
        about["targets"] = default["targets"]
        report.read("city", "The recipe has no targets; the general ones for each priority are taken.")
    return about


def _source(layer: str, told: Any, places: tuple[Path, Path], report: Report) -> Source:
    where = f"sources.{layer}"
    if not isinstance(told, dict):
        raise TypeError(f"{where} must be a table with a file")
    fields = LAYERS[layer].columns
    tables = [TABLES[field] for field in fields if field in TABLES]
    _only_known(told, (*_SOURCE, *fields, *tables, *(("arterials",) if layer == "streets" else ())), where, "key")
    columns: dict[str, str] = {}
    constants: dict[str, str | float] = {}
    for field in fields:
        match told.get(field):
            case None:
                continue
            case str(column):
                columns[field] = column
            case {"value": str() | int() | float() as value, **rest} if not rest:
                constants[field] = value
            case other:
                raise ValueError(f"{where}.{field} is {other}; it must be a column's name, or {{ value = … }} for all")
    crs = told.get("crs")
    if crs is not None:
        _crs(_text(crs, f"{where}.crs"), where)
    return Source(
        layer=layer,
        files=_files(told, where, places, report, layer),
        columns=columns,
        constants=constants,
        tables={field: _table(told, field, where) for field in fields if TABLES.get(field) in told},
        only={column: _texts(values, f"{where}.only") for column, values in told.get("only", {}).items()},
        arterials=_texts(told.get("arterials", ()), f"{where}.arterials"),
        crs=crs,
        **{key: _text(told[key], f"{where}.{key}") if key in told else None for key in ("lat", "lon", "wkt")},
    )


def _files(told: dict[str, Any], where: str, places: tuple[Path, Path], report: Report, layer: str) -> tuple[Path, ...]:
    if ("file" in told) == ("files" in told):
        raise ValueError(f"{where} must name one file, or a list of files")
    names = _texts(told["files"], f"{where}.files") if "files" in told else (_text(told["file"], f"{where}.file"),)
    found = []
    for name in names:
        file = _find(places, name)
        if Path(name).suffix.lower() not in FORMATS:
            raise ValueError(f"{where} names {name}; it must be one of {', '.join(FORMATS)}")
        if file is not None:
            found.append(file)
        elif told.get("optional") is True:
            report.warned(layer, f"{name} is absent and left out.")
        else:
            raise ValueError(f"{where} names {name}, which is absent; `optional = true` does without it")
    return tuple(found)


def _table(told: dict[str, Any], field: str, where: str) -> dict[str, str]:
    key = TABLES[field]
    if not isinstance(told[key], dict):
        raise TypeError(f"{where}.{key} must be a table from the file's values to ours")
    table = {str(given): str(ours) for given, ours in told[key].items()}
    allowed = PLACE_KINDS if where == "sources.places" and field == "kind" else _ALLOWED.get(field)
    unknown = set(table.values()) - set(allowed or table.values())
    if allowed and unknown:
        raise ValueError(f"{where}.{key} has the unknown {field} {min(unknown)}; allowed are {', '.join(allowed)}")
    return table


def _find(places: tuple[Path, Path], name: str) -> Path | None:
    return next((place / name for place in places if (place / name).is_file()), None)


def _crs(text: str, where: str) -> None:
    try:
        CRS.from_user_input(text)
    except CRSError as error:
        raise ValueError(f"{where}.crs is {text}, which is no coordinate system; EPSG:4326 is one") from error


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{what} is {value!r}; it must be a text")
    return value


def _texts(values: object, what: str) -> tuple[str, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError(f"{what} is {values!r}; it must be a list")
    return tuple(str(value) for value in values)


def _only_known(told: dict[str, Any], known: Any, where: str, what: str = "key") -> None:
    unknown = sorted(told.keys() - set(known))
    if unknown:
        raise ValueError(f"{where} has the unknown {what} {unknown[0]}; allowed are {', '.join(known)}")
