from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from rtcc.city.build.network import build_roads
from rtcc.city.roads import Roads

#: About ten metres.
STEP = 0.0001


def streets(*rows):
    """Streets of (points in steps, class, level, oneway, name)."""
    told = [(*row, "local", 0, 0, "")[: len(row)] + ("local", 0, 0, "")[len(row) - 1 :] for row in rows]
    lines = [shapely.LineString([(x * STEP, y * STEP) for x, y in row[0]]) for row in told]
    columns = {"name": [row[4] for row in told], "class": [row[1] for row in told], "oneway": [row[3] for row in told]}
    return geopandas.GeoDataFrame({**columns, "level": [row[2] for row in told]}, geometry=lines, crs=4326)


def size(roads):
    return roads.node_lat.size, roads.start.size


def test_streets_that_cross_are_joined():
    """Two streets that cross without a common vertex become four ways both ways around one crossing."""
    assert size(build_roads(streets(([(-9, 0), (9, 0)],), ([(0, -9), (0, 9)],)))) == (5, 8)


@pytest.mark.parametrize(("kind", "level"), [("motorway", 0), ("ramp", 0), ("local", 1), ("local", -1)])
def test_nobody_turns_off_amid_an_overpass(kind, level):
    """A motorway, a ramp, a bridge and a tunnel pass a street, also where the drawings share a vertex."""
    crossing = streets(([(-9, 0), (0, 0), (9, 0)], kind, level), ([(0, -20), (0, 0), (0, 20)],))
    assert size(build_roads(crossing)) == (2, 2)


def test_a_ramp_joins_what_it_ends_on():
    """A ramp leads from amid a motorway to amid a street, whatever their levels."""
    roads = build_roads(
        streets(
            ([(-20, 0), (20, 0)], "motorway", 1),
            ([(-20, 20), (20, 20)],),
            ([(0, 0), (5, 10), (0, 20)], "ramp"),
        )
    )
    assert size(roads) == (6, 10)


def test_a_street_that_changes_its_name_below_a_motorway_passes_it():
    """Where a street's drawing ends under the motorway and another begins, one still cannot turn."""
    under = streets(([(-20, 0), (0, 0), (20, 0)], "motorway"), ([(0, -30), (0, 0)],), ([(0, 0), (0, 30)],))
    roads = build_roads(under)
    assert size(roads) == (3, 4)
    assert set(roads.road_class.tolist()) == {4}


def test_a_bridge_joins_where_both_end():
    """A bridge goes on as the street before and behind it."""
    assert size(build_roads(streets(([(0, 0), (9, 0)],), ([(9, 0), (19, 0)], "local", 1)))) == (3, 4)


def test_ends_that_nearly_touch_are_snapped():
    """Half a metre is a slip of the pen; five are a gap."""
    assert size(build_roads(streets(([(0, 0), (9, 0)],), ([(4, 0.05), (4, 9)],)))) == (4, 6)
    assert size(build_roads(streets(([(0, 0), (19, 0)],), ([(4, 0.5), (4, 9)],)))) == (2, 2)


def test_paths_and_one_way_traps_are_left_out_and_told():
    """Nobody drives on a path, nor into a one-way street that leads nowhere."""
    said = []
    trap = streets(([(0, 0), (9, 0)],), ([(9, 0), (9, 9)], "local", 0, 1), ([(0, 0), (0, 9)], "path"))
    assert size(build_roads(trap, said.append)) == (2, 2)
    assert said == ["1 of 2 street segments do not lead there and back; nobody drives on them."]


@pytest.mark.parametrize(("oneway", "leads"), [(1, (0.0, 10.0)), (-1, (10.0, 0.0))])
def test_one_way_streets_have_one_edge(oneway, leads):
    """A one-way street leads as it says: as drawn, or against."""
    roads = build_roads(streets(([(0, 0), (10, 0)], "local", 0, oneway), ([(0, 0), (5, 9), (10, 0)],)))
    single = int(np.flatnonzero(roads.twin == -1)[0])
    ends = [round(float(roads.node_lon[node]) / STEP, 3) for node in (roads.start[single], roads.end[single])]
    assert (roads.start.size, tuple(ends)) == (3, leads)


def test_a_street_drawn_twice_is_driven_once_under_the_name_that_people_use():
    """The numbered route along a street gives it its class, not its name."""
    twice = streets(
        ([(0, 0), (9, 0)], "arterial", 0, 0, "US Hwy 101"), ([(0, 0), (9, 0)], "local", 0, 0, "Van Ness Ave")
    )
    roads = build_roads(twice)
    assert (roads.names[roads.street].tolist(), roads.road_class.tolist()) == (["Van Ness Ave"] * 2, [2, 2])


def test_edges_run_from_node_to_node_and_twins_run_back(tmp_path):
    """Every edge's line begins and ends at its nodes, its twin is its mirror, and all survives saving."""
    grid = [([(x, -1), (x, 31)],) for x in range(0, 31, 10)] + [([(-1, y), (31, y)],) for y in range(0, 31, 10)]
    build_roads(streets(*grid)).save(tmp_path / "roads.npz")
    roads = Roads.load(tmp_path / "roads.npz")
    assert np.array_equal(roads.shape_lat[roads.shape_from[:-1]], roads.node_lat[roads.start])
    assert np.array_equal(roads.shape_lon[roads.shape_from[1:] - 1], roads.node_lon[roads.end])
    assert np.array_equal(roads.twin[roads.twin], np.arange(roads.twin.size))
    assert np.array_equal(roads.start[roads.twin], roads.end)
    assert (roads.length_m > 0).all()


def test_no_streets_are_no_network():
    """A city whose streets are all paths has an empty network, and no failure."""
    assert size(build_roads(streets(([(0, 0), (9, 0)], "path")))) == (0, 0)


def test_san_francisco_is_one_network(shared_data):
    """TIGER's streets give about 12,000 crossings, and hardly any segment is left out."""
    drawn = geopandas.read_file(shared_data / "sf_roads" / "tl_2017_06075_roads.shp").to_crs(4326)
    classes = {"S1100": "motorway", "S1200": "arterial", "S1400": "local", "S1630": "ramp", "S1730": "alley"}
    drawn = drawn.assign(name=drawn.FULLNAME.fillna(""), oneway=0, level=0, **{"class": drawn.MTFCC.map(classes)})
    said = []
    roads = build_roads(drawn[drawn["class"].notna()], said.append)
    assert 11_000 < roads.node_lat.size < 12_500
    assert 34_000 < roads.start.size < 40_000
    assert int(said[0].split(maxsplit=1)[0]) < 50
