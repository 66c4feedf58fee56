"""Around an incident over HTTP: what is answered, to whom, and what nobody learns by asking."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from rtcc.access.keys import KeyRing
from rtcc.city.nearby_city import NearbyCity
from rtcc.picture.replica import Entity, Replica
from rtcc.web.api import nearby


def entity(kind, id_, **fields):
    return Entity(kind, id_, fields, 1)


def unit(id_, north, age_s=5, **more):
    fix_at = (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat()
    return entity("unit", id_, **{"status": "available", "lat": 37.0 + north, "lon": -122.0, "fix_at": fix_at} | more)


@pytest.fixture
def site(tmp_path):
    """The route alone, over a replica with one incident of each sort and a city without streets."""
    known = [
        entity("incident", "PD:open", lat=37.0, lon=-122.0),
        entity("incident", "PD:secret", lat=37.0, lon=-122.0, sensitive=True),
        entity("incident", "PD:nowhere", priority=1),
        unit("PD:near", 0.01),
        unit("PD:far", 0.02),
        unit("PD:covert", 0.001, covert=True),
        unit("PD:busy", 0.001, status="busy"),
        unit("PD:old", 0.001, age_s=200),
        unit("PD:never", 0.001, fix_at=None),
    ]
    app = FastAPI()
    app.state.keys = KeyRing(tmp_path)
    app.state.hub = SimpleNamespace(ready=True, replica=Replica(entities={(one.kind, one.id): one for one in known}))
    app.state.nearby = NearbyCity(tmp_path / "city")
    app.include_router(nearby.router)
    return app


def ask(app, id_, key=None, **query):
    async def asked():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as client:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            return await client.get(f"/api/v1/incidents/{id_}/nearby", params=query, headers=headers)

    return asyncio.run(asked())


def test_units_that_can_be_sent_are_told_nearest_first(site):
    """Busy units, old positions and units of unknown age are not offered, and the method is said."""
    answer = ask(site, "PD:open").json()
    assert (answer["incident"], answer["method"]) == ("PD:open", "straight_line")
    assert [one["id"] for one in answer["units"]] == ["PD:near", "PD:far"]
    assert (answer["cameras"], answer["places"]) == ([], [])
    assert len(ask(site, "PD:open", k=1).json()["units"]) == 1


def test_only_who_may_see_a_covert_unit_learns_of_it(site):
    """A dispatcher is offered the covert unit; the wall never hears of it."""
    key = site.state.keys.create("desk", "read:dispatcher")
    assert ask(site, "PD:open", key).json()["units"][0]["id"] == "PD:covert"
    assert "covert" not in ask(site, "PD:open").text


def test_a_hidden_position_cannot_be_learned_from_what_is_near_it(site):
    """A sensitive incident answers the wall with a conflict, and a dispatcher with what is around."""
    assert (ask(site, "PD:secret").status_code, ask(site, "PD:nowhere").status_code) == (409, 409)
    assert ask(site, "PD:secret").json() == ask(site, "PD:nowhere").json()
    assert ask(site, "PD:secret", site.state.keys.create("desk", "read:dispatcher")).status_code == 200


def test_what_cannot_be_answered_is_said(site):
    """An unknown incident is 404, a k out of range 422, a hub without a picture 503."""
    assert (ask(site, "PD:gone").status_code, ask(site, "PD:open", k=0).status_code) == (404, 422)
    site.state.hub.ready = False
    assert ask(site, "PD:open").status_code == 503
