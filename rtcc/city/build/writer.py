"""Writes a built city pack, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from geopandas import GeoDataFrame

from rtcc.city.basemap import Basemap
from rtcc.city.build.around import write_nearby
from rtcc.city.build.drawn import write_drawn
from rtcc.city.build.report import Report
from rtcc.city.build.toml_text import toml_text
from rtcc.city.pack import BASEMAP, LAYERS, PACK_VERSION, ROADS, STREET_CLASSES, PackError, city_of, is_pack
from rtcc.city.read import misfit


def write_pack(
    folder: Path,
    about: dict[str, Any],
    layers: dict[str, GeoDataFrame],
    report: Report,
    *,
    basemap: Path | None = None,
) -> None:
    """Write the pack into a folder beside its place and move it there when it is complete. Raises PackError."""
    folder = folder.absolute()
    city = city_of(about, folder / "city.toml")
    ready = {role: _fitted(frame, role) for role, frame in layers.items() if len(frame)}
    if not ready:
        raise PackError(f"{folder} would be an empty city pack: none of its layers holds anything.")
    make_sure_it_may_be_written(folder)
    part = _part(folder)
    try:
        told = {"pack": PACK_VERSION, **about, "layers": [role for role in LAYERS if role in ready]}
        (part / "city.toml").write_text(toml_text(told), "utf-8")
        for role, frame in ready.items():
            frame.to_parquet(part / f"{role}.parquet", index=False, compression="zstd", write_covering_bbox=False)
        if "streets" in ready:
            _write_roads(part / ROADS, ready["streets"], report)
        if basemap is not None:
            report.step("Taking the basemap")
            Basemap(basemap)
            shutil.copyfile(basemap, part / BASEMAP)
        else:
            _write_tiles(part / BASEMAP, ready, city, report)
        report.step("Drawing outlines")
        write_drawn(part)
        write_nearby(part)
        _sync(part)
        _move(part, folder)
    except OSError as error:
        raise PackError(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def make_sure_it_may_be_written(folder: Path) -> None:
    """Refuse to write over anything but a pack or an empty folder. Raises PackError."""
    if folder.is_file():
        raise PackError(f"{folder} is a file; a city pack is a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not ((folder / "city.toml").is_file() and is_pack(folder)):
        raise PackError(f"{folder} exists and is not a built city pack; name an empty or a new folder.")


def _fitted(frame: GeoDataFrame, role: str) -> GeoDataFrame:
    if role not in LAYERS:
        raise PackError(f"There is no layer {role}; allowed are {', '.join(LAYERS)}.")
    wrong = misfit(frame, role)
    if wrong:
        raise PackError(f"The layer {role} {wrong}.")
    return frame[[*LAYERS[role].columns, "geometry"]].reset_index(drop=True)


def _write_roads(file: Path, streets: GeoDataFrame, report: Report) -> None:
    # Whoever only draws or checks a pack is spared the import.
    from rtcc.city.build.network import build_roads  # noqa: PLC0415

    if not np.isin(streets["class"].to_numpy(str), STREET_CLASSES[:-1]).any():
        report.warned("streets", "None of the streets may be driven on, so there are no drive times.")
        return
    report.step("Joining the streets to a network")
    roads = build_roads(streets, lambda sentence: report.warned("streets", sentence))
    roads.save(file)
    nodes, edges, metres = len(roads.node_lat), len(roads.start), float(roads.length_m.sum())
    report.read("streets", f"A network of {nodes:,} nodes and {edges:,} edges, {metres / 1000:,.0f} km of lanes.")


def _write_tiles(file: Path, layers: dict[str, GeoDataFrame], city: dict[str, Any], report: Report) -> None:
    from rtcc.city.build.tiles import write_tiles  # noqa: PLC0415 - as above

    report.step("Drawing the basemap")
    write_tiles(layers, file, name=city["name"], attribution=city["attribution"], bounds=city["bounds"])


def _part(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f".{folder.name}.part-*"):
        # Left by a build that was killed; one that still runs keeps its own.
        if not _runs(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    return part


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ValueError, OSError):
        return False
    return True


def _sync(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _sync_one(path)


def _move(part: Path, folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    if folder.exists():
        old = folder.with_name(f"{part.name}-old")
        folder.rename(old)
        try:
            part.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.rename(folder)
    _sync_one(folder.parent)


def _sync_one(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
