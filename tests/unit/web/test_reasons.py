"""Plates and sensitive incidents are shown to people who said what for, and to nobody else; all of it is on record."""

from __future__ import annotations

import pytest
from fastapi import Request

from rtcc.access.purposes import Purpose
from rtcc.web.asking import ask_for_viewer
from rtcc.web.viewer import Viewer
from tests.people import Center

PLATE = "KLM4471"
WORDS = "The caller hides in the bathroom"
ASKING = {"subject": ["plate", "det-1"], "reason": "call"}
GLASS = {"subject": ["plate", "det-1"], "break_glass": True, "why": "A child was taken and seconds count"}


@pytest.fixture
def center(settings, tmp_path):
    """A center with a plate hit and a sensitive incident."""
    center = Center(settings, tmp_path)
    center.there_is("detection", "det-1", detection_type="plate", plate=PLATE)
    center.there_is("incident", "i-1", sensitive=True, type="Assault", narrative=WORDS, caller_name="Eva Lund")
    center.there_is("incident", "i-2", type="Noise", narrative="Loud music", caller_name="Bo Falk")
    return center


def test_a_plate_asks_what_for_once_a_shift(center):
    """403 with the subject until a purpose is on record; then the plate, each time recorded with the purpose."""

    async def story():
        ann = await center.person("Ann Roe", "dispatcher")
        asks = await ann.get("/api/v1/detections/det-1/plate")
        assert (asks.status_code, asks.json()["needs"]) == (403, ["plate", "det-1"])
        assert PLATE not in asks.text
        given = await ann.post(
            "/api/v1/reasons", json={"subject": ["plate", "det-1"], "reason": "investigation", "case": "26-10442"}
        )
        assert given.status_code == 204
        for _ in range(2):
            assert (await ann.get("/api/v1/detections/det-1/plate")).json() == {"plate": PLATE}
        # Another screen of hers is hers; somebody else is not.
        again = await center.person("ann roe", "dispatcher")
        assert (await again.get("/api/v1/detections/det-1/plate")).status_code == 200
        ben = await center.person("Ben Orr", "dispatcher")
        assert (await ben.get("/api/v1/detections/det-1/plate")).status_code == 403

    center.run(story)
    (given,) = center.records("purpose given")
    assert (given["who"], given["subject"]) == ("Ann Roe", ["plate", "det-1"])
    assert given["purpose"] == "Investigation, case number 26-10442"
    views = [(one["who"], one["outcome"], one["purpose"]) for one in center.records("view")]
    assert views[:3] == [("Ann Roe", "refused", None), *[("Ann Roe", "done", given["purpose"])] * 2]
    assert PLATE not in str(center.records("view", "purpose given"))


def test_a_sensitive_incident_opens_as_far_as_the_role_goes(center):
    """An officer reads the narrative and not who called; a dispatcher both; of a plain incident nothing is withheld."""

    async def story():
        for name, role, told in (
            ("Olaf", "officer", {"narrative": WORDS}),
            ("Ann", "dispatcher", {"narrative": WORDS, "caller_name": "Eva Lund"}),
            ("Nils", "analyst", {}),
        ):
            person = await center.person(name, role)
            page = await person.get("/incident/i-1")
            assert (page.status_code, page.headers["location"]) == (
                303,
                "/reason?subject=incident%3Ai-1&next=%2Fincident%2Fi-1",
            )
            assert (await person.get("/api/v1/incidents/i-1/withheld")).status_code == 403
            assert (await person.get("/api/v1/incidents/i-1/story")).json()["needs"] == ["incident", "i-1"]
            assert (await person.get("/api/v1/incidents/i-1/raw")).status_code == 403
            said = {"subject": ["incident", "i-1"], "reason": "officer_safety"}
            assert (await person.post("/api/v1/reasons", json=said)).status_code == 204
            assert (await person.get("/api/v1/incidents/i-1/withheld")).json() == told
            assert (await person.get("/incident/i-1")).status_code == 200
            # Past the gate; there is nothing on record in this test.
            assert (await person.get("/api/v1/incidents/i-1/story")).status_code == 404
            assert (await person.get("/incident/i-2")).status_code == 200
            assert (await person.get("/api/v1/incidents/i-2/story")).status_code == 404

    center.run(story)


def test_the_history_of_an_address_asks_too(center):
    """Of every incident, and walls and whoever is not signed in never get it."""

    async def story():
        ann = await center.person("Ann", "dispatcher")
        asks = await ann.get("/api/v1/incidents/i-2/history")
        assert (asks.status_code, asks.json()["needs"]) == (403, ["place", "i-2"])
        assert (await ann.post("/api/v1/reasons", json={"subject": ["place", "i-2"], "reason": "call"})).is_success
        assert (await ann.get("/api/v1/incidents/i-2/history")).status_code == 404
        wall = await center.person("Wall", "wall")
        for client in (wall, center.nobody()):
            for path in ("incidents/i-2/history", "detections/det-1/plate", "incidents/i-1/withheld"):
                answer = await client.get(f"/api/v1/{path}")
                assert answer.status_code == 403
                assert PLATE not in answer.text
        assert (await wall.post("/api/v1/reasons", json=ASKING)).status_code == 403
        assert (await center.nobody().post("/api/v1/reasons", json=ASKING)).status_code == 401

    center.run(story)


def test_programs_are_asked_nothing(center):
    """A key receives what its audience may; each request is on record."""

    async def story():
        plate, withheld = "/api/v1/detections/det-1/plate", "/api/v1/incidents/i-1/withheld"
        assert (await center.program("read:supervisor").get(plate)).json() == {"plate": PLATE}
        assert (await center.program("read:officer").get(withheld)).json() == {"narrative": WORDS}
        assert (await center.program("read:analyst").get(plate)).status_code == 403
        assert (await center.program("read:wall").get(withheld)).status_code == 403

    center.run(story)
    assert [(one["by"], one["outcome"]) for one in center.records("view")] == [
        ("key", "done"),
        ("key", "done"),
        ("key", "refused"),
        ("key", "refused"),
    ]


NO_PURPOSES = (
    ({"subject": ["plate", "det-1"]}, 422, "reason is no known purpose"),
    ({"subject": ["plate", "det-1"], "reason": "curious"}, 422, "reason is no known purpose"),
    ({"subject": ["plate", "det-1"], "reason": "investigation"}, 422, "case is missing or no case number"),
    ({"subject": ["plate", "det-1"], "reason": "investigation", "case": "a\nb"}, 422, "case is missing"),
    ({"subject": ["plate", "det-1"], "reason": "supervisor_review"}, 422, "that is for supervisors"),
    ({"subject": ["plate", "nothing"], "reason": "call"}, 404, "There is no such thing"),
    ({"subject": ["unit", "u-1"], "reason": "call"}, 422, "subject is no subject"),
    ({"subject": "plate", "reason": "call"}, 422, "subject is missing"),
    ({"subject": ["plate", "det-1"], "reason": 7}, 422, "must be texts"),
    ({**GLASS, "why": "because"}, 422, "why is too short"),
    ({**ASKING, "more": 1}, 422, "nothing else"),
)


def test_what_is_no_purpose_opens_nothing(center):
    """One sentence about what is wrong, and the plate stays where it was."""

    async def story():
        ann = await center.person("Ann", "dispatcher")
        for body, status, sentence in NO_PURPOSES:
            answer = await ann.post("/api/v1/reasons", json=body)
            assert (answer.status_code, sentence in answer.json()["detail"]) == (status, True), body
        assert (await ann.get("/api/v1/detections/det-1/plate")).status_code == 403

    center.run(story)


def test_breaking_the_glass_opens_what_the_role_does_not(center, store):
    """An analyst may know of the detection and not its plate: no purpose opens it, the glass does, loudly."""

    async def story():
        nils = await center.person("Nils", "analyst")
        refused = await nils.post("/api/v1/reasons", json=ASKING)
        assert (refused.status_code, "break the glass" in refused.json()["detail"]) == (403, True)
        assert (await nils.post("/api/v1/reasons", json=GLASS)).status_code == 204
        assert (await nils.get("/api/v1/detections/det-1/plate")).json() == {"plate": PLATE}

    center.run(story)
    (broken,) = center.records("break glass")
    assert (broken["who"], broken["outcome"], broken["purpose"]) == ("Nils", "done", GLASS["why"])
    assert [one["outcome"] for one in center.records("purpose given")] == ["refused"]
    assert store.hgetall("rtcc:breakglass").keys() == {str(broken["number"]).encode()}


def test_without_a_record_nothing_opens(center, monkeypatch):
    """Where the audit log cannot be written, no purpose is taken and no glass breaks."""

    async def story():
        ann = await center.person("Ann", "dispatcher")
        (center.settings.data_dir / "audit").rename(center.settings.data_dir / "elsewhere")
        (center.settings.data_dir / "audit").write_text("in the way")
        for body in (ASKING, GLASS):
            assert (await ann.post("/api/v1/reasons", json=body)).status_code == 503
        (center.settings.data_dir / "audit").unlink()
        assert (await ann.get("/api/v1/detections/det-1/plate")).status_code == 403
        assert await center.app.state.reasons.to_review() == []

    center.settings.data_dir.joinpath("audit").mkdir(exist_ok=True)
    center.run(story)


def test_the_page_asks_and_leads_back(center):
    """A form with the purposes of the role; what is wrong stands on it; then back to what was to be seen."""

    async def story():
        ann = await center.person("Ann", "dispatcher")
        page = await ann.get("/reason?subject=incident:i-1&next=/incident/i-1")
        assert "Officer safety" in page.text
        assert "Supervisor review" not in page.text
        form = {"subject": "incident:i-1", "next": "/incident/i-1", "reason": "investigation"}
        wrong = await ann.post("/reason", data=form)
        assert (wrong.status_code, "case is missing" in wrong.text) == (422, True)
        right = await ann.post("/reason", data=form | {"case": "26-10442"})
        assert (right.status_code, right.headers["location"]) == (303, "/incident/i-1")
        assert (await ann.get("/incident/i-1")).status_code == 200
        away = await ann.post("/reason", data=form | {"case": "26-10442", "next": "//elsewhere.example.org"})
        assert away.headers["location"] == "/dispatch"
        assert (await ann.get("/reason?subject=unit:u-1")).status_code == 422

    center.run(story)


def test_a_use_stays_until_somebody_else_has_reviewed_it(center):
    """Oldest first, with who, what and why; nobody reviews their own; the review is on record with its note."""

    async def story():
        sue, kim = await center.person("Sue", "supervisor"), await center.person("Kim", "admin")
        for body in (GLASS, {**GLASS, "subject": ["incident", "i-1"]}):
            assert (await sue.post("/api/v1/reasons", json=body)).status_code == 204
        first, second = (one["number"] for one in center.records("break glass"))
        page = (await kim.get("/admin/review")).text
        assert page.index(f"use-{first}") < page.index(f"use-{second}")
        assert GLASS["why"] in page
        assert 'href="/incident/i-1"' in page
        assert "This was you" in (await sue.get("/admin/review")).text
        own = await sue.post(f"/admin/review/{first}", data={"note": "It was right"})
        assert (own.status_code, "Nobody reviews" in own.text) == (403, True)
        assert (await kim.post(f"/admin/review/{first}", data={"note": ""})).status_code == 422
        done = await kim.post(f"/admin/review/{first}", data={"note": "Asked; it was right"})
        assert (done.status_code, done.headers["location"]) == (303, f"/admin/review?reviewed={first}")
        assert (await kim.post(f"/admin/review/{first}", data={"note": "Once more"})).status_code == 404
        rest = (await kim.get("/admin/review")).text
        assert (f"use-{first}" in rest, f"use-{second}" in rest) == (False, True)
        ann = await center.person("Ann", "dispatcher")
        assert (await ann.get("/admin/review")).status_code == 403

    center.run(story)
    assert [(one["who"], one["outcome"], one["details"].get("note")) for one in center.records("reviewed")] == [
        ("Sue", "refused", None),
        ("Kim", "done", "Asked; it was right"),
    ]


def test_parts_of_pages_ask_too_and_a_look_is_recorded_once(center):
    """Dash's callbacks tell nobody more than the API does; what a page asks for again and again is one view."""
    ann = Viewer("Ann", "dispatcher", "dispatcher", operates=True, id="abc", by="session")

    async def told(question):
        scope = {
            "type": "http",
            "app": center.app,
            "headers": [],
            "client": ("198.51.100.7", 1),
            "state": {"viewer": ann},
        }
        return await ask_for_viewer(Request(scope), question, "i-1")

    async def story():
        for question, subject in (
            ("incident_story", ("incident", "i-1")),
            ("around", ("incident", "i-1")),
            ("address_history", ("place", "i-1")),
        ):
            assert (await told(question)).needs == subject
        for kind in ("incident", "place"):
            await center.app.state.reasons.grant("Ann", (kind, "i-1"), Purpose("Officer safety"))
        for question in ("incident_story", "around", "address_history") * 2:
            # Past the gate; there is nothing on record in this test.
            assert (await told(question)).why == "unknown"

    center.run(story)
    views = [(one["subject"], one["purpose"]) for one in center.records("view")]
    assert views == [(["incident", "i-1"], "Officer safety"), (["place", "i-1"], "Officer safety")]
