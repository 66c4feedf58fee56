from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rtcc.city import ready
from rtcc.city.choice import city_folder, fingerprint, is_ready
from rtcc.city.pack import PackError, load_pack
from rtcc.settings import CITIES, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A recipe of our own, a copy of the small one."""
    shutil.copytree(CITIES / "plain", tmp_path / "recipe")
    return Settings(data_dir=tmp_path / "data", city=tmp_path / "recipe")


def state(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}


def test_a_recipe_is_built_once(settings: Settings) -> None:
    """The first who asks builds it, in the data folder; whoever comes later finds it as it is."""
    assert not is_ready(settings)
    ready.make_ready(settings)
    folder = city_folder(settings)
    assert folder == settings.data_dir / "city"
    assert load_pack(folder).name == "Plainfield"
    before = state(folder)
    ready.make_ready(settings)
    ready.build(settings)
    assert state(folder) == before


def test_a_changed_file_makes_it_anew(settings: Settings) -> None:
    """A recipe or one of its files that changed is built again; a file that it does not name changes nothing."""
    assert settings.city is not None
    first = fingerprint(settings)
    (settings.city / "notes.txt").write_text("not of the city")
    assert fingerprint(settings) == first
    os.utime(settings.city / "beats.geojson", ns=(1, 1))
    second = fingerprint(settings)
    assert second != first
    toml, types = settings.city / "city.toml", settings.city / "types.toml"
    toml.write_text('call_types = "types.toml"\n' + toml.read_text().replace("Plainfield", "Otherfield"))
    types.write_text('call_types = [{ code = "A", type = "Alarm", category = "alarm", priority = 2 }]')
    third = fingerprint(settings)
    assert third not in {first, second}
    types.write_text(types.read_text().replace("Alarm", "Bell"))
    assert fingerprint(settings) != third
    ready.make_ready(settings)
    assert load_pack(city_folder(settings)).name == "Otherfield"


def test_a_build_cut_short_is_done_again(settings: Settings) -> None:
    """Without the mark that is set last a pack does not count as there, whatever lies in its folder."""
    ready.make_ready(settings)
    (city_folder(settings) / "fingerprint").unlink()
    assert not is_ready(settings)
    ready.make_ready(settings)
    assert is_ready(settings)


def test_a_built_pack_is_used_where_it_lies(settings: Settings) -> None:
    """It is ready as it is: nothing is built, and nothing written into its folder."""
    ready.make_ready(settings)
    elsewhere = settings.model_copy(update={"city": city_folder(settings), "data_dir": settings.data_dir / "other"})
    assert city_folder(elsewhere) == city_folder(settings)
    ready.make_ready(elsewhere)
    assert not (elsewhere.data_dir / "city").exists()


def test_a_recipe_that_cannot_be_built_is_told_in_its_own_sentence(settings: Settings) -> None:
    """The builder is another process; what it refuses reaches whoever asked, and no half of a pack is left."""
    assert settings.city is not None
    (settings.city / "streets.geojson").write_text("no json")
    with pytest.raises(PackError, match=r"^\S*streets.geojson is not valid JSON"):
        ready.make_ready(settings)
    assert [path.name for path in settings.data_dir.iterdir() if "city" in path.name] == ["city.lock"]


def test_each_seed_is_another_city(tmp_path: Path) -> None:
    """Where no city is set, the seed alone says which one is invented."""
    prints = {fingerprint(Settings(data_dir=tmp_path, city=None, city_seed=seed)) for seed in (1, 2, 2)}
    assert len(prints) == 2
