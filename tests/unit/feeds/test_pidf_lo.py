"""PIDF-LO: where each shape of RFC 5491 is, how far off it may be, and what a civic address reads like."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtcc.feeds.formats.pidf_lo import Place, read_pidf
from rtcc.feeds.formats.safe_xml import XmlError

_HEAD = (
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:gs="http://www.opengis.net/pidflo/1.0" xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr">'
)


def place(inside: str) -> Place:
    """Read a document that holds this."""
    return read_pidf(f"{_HEAD}{inside}</presence>")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("rfc5491_point-example.xml", Place(-34.407, 150.883)),
        ("simple-point_valid-point.xml", Place(12.345, 67.89)),
        ("simple-circle_valid-circle.xml", Place(48.123, 14.456, 24.0)),
        ("simple-civic_valid-civic-address.xml", Place(address="Hospital, 5, Schärding, Upper Austria, 4780")),
        ("civic-circle_location.xml", Place(48.123, 14.456, 24.0, "51A Fockygasse, Meidling, Wien, 1120")),
    ],
)
def test_real_documents(shared_data: Path, name: str, found: Place) -> None:
    """Points, circles and addresses as their publisher wrote them."""
    assert read_pidf((shared_data / "pidf_lo" / name).read_text("utf-8")) == found


def test_a_broken_one_is_refused(shared_data: Path) -> None:
    """A position that is no position is none, and there is no other."""
    with pytest.raises(XmlError, match="neither a shape that can be read nor a civic address"):
        read_pidf((shared_data / "pidf_lo" / "invalid-pidf-lo_invalid-part-1.xml").read_text("utf-8"))


@pytest.mark.parametrize("written", ["pos", "posList"])
def test_a_polygon_is_its_middle_and_its_reach(written: str) -> None:
    """The middle of its corners, and as far off as the farthest of them."""
    corners = [(37.0, -122.0), (37.0, -121.0), (38.0, -121.0), (38.0, -122.0), (37.0, -122.0)]
    if written == "pos":
        ring = "".join(f"<gml:pos>{lat} {lon}</gml:pos>" for lat, lon in corners)
    else:
        ring = f"<gml:posList>{' '.join(f'{lat} {lon}' for lat, lon in corners)}</gml:posList>"
    polygon = f"<gml:Polygon><gml:exterior><gml:LinearRing>{ring}</gml:LinearRing></gml:exterior></gml:Polygon>"
    found = place(polygon)
    assert (found.lat, found.lon) == (37.5, -121.5)
    assert found.accuracy_m == pytest.approx(71_000, rel=0.02)


def test_an_ellipse_is_as_far_off_as_its_longer_half() -> None:
    """An ellipse inside that circle."""
    ellipse = (
        "<gs:Ellipse><gml:pos>42.5463 -73.2512</gml:pos><gs:semiMajorAxis>1275</gs:semiMajorAxis>"
        "<gs:semiMinorAxis>670</gs:semiMinorAxis><gs:orientation>43.2</gs:orientation></gs:Ellipse>"
    )
    assert place(ellipse) == Place(42.5463, -73.2512, 1275.0)


@pytest.mark.parametrize(("opening", "lat", "reach"), [(20, 0.0270, 1_100), (360, 0.0, 4_000)])
def test_an_arc_band_is_the_middle_of_its_sector(opening: float, lat: float, reach: float) -> None:
    """A cell's sector northwards; one all around is the cell itself."""
    band = (
        "<gs:ArcBand><gml:pos>0 0</gml:pos><gs:innerRadius>2000</gs:innerRadius><gs:outerRadius>4000</gs:outerRadius>"
        f"<gs:startAngle>{-opening / 2}</gs:startAngle><gs:openingAngle>{opening}</gs:openingAngle></gs:ArcBand>"
    )
    found = place(band)
    assert found.lat == pytest.approx(lat, abs=0.001)
    assert found.lon == pytest.approx(0, abs=1e-6)
    assert found.accuracy_m == pytest.approx(reach, rel=0.15)


def test_an_american_address() -> None:
    """Number, direction, street, kind of street, town, state, code."""
    civic = (
        "<ca:civicAddress><ca:country>US</ca:country><ca:A1>DE</ca:A1><ca:A3>Wilmington</ca:A3><ca:PRD>W</ca:PRD>"
        "<ca:RD>Cellular</ca:RD><ca:STS>Street</ca:STS><ca:HNO>42</ca:HNO><ca:PC>19801</ca:PC></ca:civicAddress>"
    )
    assert place(civic).address == "42 W Cellular Street, Wilmington, DE, 19801"
