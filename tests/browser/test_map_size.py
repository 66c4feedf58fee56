"""The map on a screen that becomes another: a window that is enlarged, a tablet that is turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import grid_town
from tests.browser.conftest import City

pytestmark = pytest.mark.browser

SIZE = "rtcc.map.getLayer('district-names') && rtcc.map.getLayoutProperty('district-names', 'text-size')"
# Without Plotly's own, which come when it draws its figure.
ORDER = "rtcc.map.getStyle().layers.map((one) => one.id).filter((id) => !id.startsWith('plotly-'))"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    pack: Path = grid_town.write_town(tmp_path_factory.mktemp("town") / "pack")
    city = City("--ground", str(pack))
    yield city
    city.close()


def test_names_grow_with_the_screen_and_all_layers_stay_in_their_order(
    town: City, open_wall: Callable[..., Page]
) -> None:
    """The ground is laid anew for another size of the page, with what lies above it."""
    page = open_wall(town, 1920, 1080)
    page.wait_for_function("rtcc.map.getSource('route') && rtcc.map.areTilesLoaded()")
    before, order = page.evaluate(SIZE), page.evaluate(ORDER)
    page.set_viewport_size({"width": 960, "height": 540})
    page.wait_for_function(f"(before) => {{ const size = {SIZE}; return size && size < before }}", arg=before)
    page.wait_for_function("rtcc.map.getSource('route')")
    assert page.evaluate(SIZE) < 0.7 * before
    assert page.evaluate(ORDER) == order
    assert page.evaluate("rtcc.map.getSource('districts') !== undefined")
