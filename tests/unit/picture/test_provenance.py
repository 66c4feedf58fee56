from __future__ import annotations

from rtcc.picture.provenance import written_only_by
from rtcc.picture.writer import PictureWriter
from tests.factories import make_event


def test_only_what_nobody_else_has_written_to_is_found(store, settings):
    """An entity that another source has added to is not the simulator's to clear up; two agencies are told apart."""
    events = [
        make_event(id_="1A11", agency="X", source="sim-cad", data={"status": "available"}),
        make_event(id_="1A11", agency="X", source="sim-avl"),
        make_event(id_="1A12", agency="X", source="sim-cad", data={"status": "available"}),
        make_event(id_="1A12", agency="X", source="avl", data={"callsign": "1A12"}),
        make_event(id_="1A11", agency="Y", source="sim-avl"),
        make_event(id_="1A13", agency="X", source="avl"),
    ]
    PictureWriter(store, settings).apply(events)
    assert sorted(written_only_by(store, "sim-")) == [("unit", "1A11", "X"), ("unit", "1A11", "Y")]
