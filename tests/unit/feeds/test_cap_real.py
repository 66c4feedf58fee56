"""Alerts of eight authorities as they published them: what a notice is of each, and which are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rtcc.feeds.formats.cap import CapFormat
from rtcc.feeds.payload import Told
from tests.unit.feeds.payloads import NAMES, payload, reasons, said

CAP = CapFormat.from_table(NAMES, {})


class TestRealAlerts:
    """Read in the minute in which they were sent."""

    @staticmethod
    def told(shared_data: Path, name: str, sent: str) -> Told:
        body = (shared_data / "cap" / name).read_bytes()
        return CAP.read(payload(body, datetime.fromisoformat(sent) + timedelta(minutes=1)), {})

    def test_a_warning_of_several_languages_and_areas(self, shared_data: Path) -> None:
        """English is preferred to French, both areas are drawn, and what it updates is over."""
        told = self.told(shared_data, "canada.cap", "2012-05-02T23:21:04+00:00")
        assert told.rows == 1
        assert not told.refused
        notice = said(told)["notice", "2.49.0.1.124.6bddbc91.2012"]
        assert notice is not None
        assert {name: notice[name] for name in ("headline", "severity", "response", "state", "language")} == {
            "headline": "severe thunderstorm watch",
            "severity": "Minor",
            "response": "AllClear",
            "state": "active",
            "language": "en-CA",
        }
        assert notice["expires_at"] == "2012-05-03T00:20:00Z"
        assert notice["area"] == "Windsor - Leamington - Essex County; Chatham-Kent - Rondeau Park"
        assert [len(area["polygon"]) for area in notice["areas"]] == [17, 38]
        assert notice["areas"][0]["polygon"][0] == [42.3481, -82.9314]
        assert "profile:CAP-CP:Location:0.3:3537064" in notice["geocodes"]
        assert said(told)["notice", "2.49.0.1.124.a3f342a4.2012"] == {
            "state": "ended",
            "ended_at": "2012-05-02T23:21:04Z",
            "replaced_by": "2.49.0.1.124.6bddbc91.2012",
        }

    def test_the_other_language_where_it_is_wanted(self, shared_data: Path) -> None:
        """A feed may ask for another language."""
        french = CapFormat.from_table(NAMES, {"language": "fr"})
        body = (shared_data / "cap" / "canada.cap").read_bytes()
        assert said(french.read(payload(body), {}))["notice", "2.49.0.1.124.6bddbc91.2012"]["event"] == "orages"

    def test_version_1_1_in_latin_1_with_a_circle(self, shared_data: Path) -> None:
        """The older version is read as well, in the encoding that it declares, and a radius is in kilometres."""
        told = self.told(shared_data, "earthquake-iso8859-1.cap", "2012-10-14T22:53:04+00:00")
        (notice,) = said(told).values()
        assert "Usulután" in notice["headline"]
        assert notice["areas"] == [{"center": [12.747, -88.783], "radius_m": 0.0}]

    def test_a_prefixed_namespace(self, shared_data: Path) -> None:
        """How the namespace is written does not matter."""
        told = self.told(shared_data, "australia.cap", "2011-10-05T23:04:00+10:00")
        (notice,) = said(told).values()
        assert (notice["category"], notice["areas"][0]["radius_m"]) == ("Fire, Met", 25_000)

    def test_a_cancellation_says_nothing_but_that_it_is_over(self, shared_data: Path) -> None:
        """A cancel is no notice; the one it names is ended."""
        told = self.told(shared_data, "no_info_tag.cap", "2016-02-25T12:47:09-08:00")
        assert said(told) == {
            ("notice", "1017033100951096-517189320160225203219800"): {
                "state": "ended",
                "ended_at": "2016-02-25T20:47:09Z",
            }
        }

    def test_alerts_inside_an_atom_feed(self, shared_data: Path) -> None:
        """An embedded alert is read; the number to call in it names a person, and is left out."""
        told = self.told(shared_data, "amber.atom", "2010-06-03T19:15:00-05:00")
        (notice,) = said(told).values()
        assert notice["event"] == "Child Abduction"
        assert "202-727-9099" not in str(notice)

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("invalid.cap", "scope is missing; it must be one of Public, Restricted, Private."),
            ("canada_errors.cap", "references is missing or empty; an alert of type Update must say what it is about."),
            ("invalid_xmlns.cap", "alert is not in the namespace of CAP 1.1 or 1.2."),
        ],
    )
    def test_broken_ones_are_refused(self, shared_data: Path, name: str, reason: str) -> None:
        """What is broken becomes no event, and the reason says what it is."""
        told = CAP.read(payload((shared_data / "cap" / name).read_bytes()), {})
        assert (told.rows, told.events, reasons(told)) == (1, [], [reason])

    def test_a_feed_of_links_is_refused_link_by_link(self, shared_data: Path) -> None:
        """What only links to an alert tells nothing that could be shown."""
        told = CAP.read(payload((shared_data / "cap" / "us_nws_weather.atom").read_bytes()), {})
        assert told.rows == 2
        assert (
            reasons(told) == ["The entry only links to its alert; declare a feed that holds the alerts themselves."] * 2
        )

    def test_every_real_alert_is_told_or_refused(self, shared_data: Path) -> None:
        """Of sixteen files twelve become notices or ends of some."""
        files = sorted((shared_data / "cap").iterdir())
        told = [CAP.read(payload(file.read_bytes()), {}) for file in files]
        assert len(files) == 16
        assert sum(bool(one.events) for one in told) == 12
        assert all(one.events or one.refused for one in told)
