"""Holds every way into the web process to a rule of who may use it."""

import inspect

import pytest
from fastapi.routing import iter_route_contexts

from rtcc.settings import Settings
from rtcc.web.check import SAFE, THEIRS, doors_of
from rtcc.web.rules import DECLARED, FEED, INGEST, OPEN, RECORDED, Rule
from rtcc.web.server import create_app

# Dash adds these beside the ones that THEIRS has: one that ours stands before, and one that no request reaches.
SHADOWED = {"/", "/_dash-ws-callback"}
# Open to everybody: how to get in, whether the server lives, and files that are the same for everyone.
OPEN_TO_ALL = {
    "/",
    "/assets",
    "/basemap/{name}",
    "/basemap/{z}/{x}/{y}.mvt",
    "/healthz",
    "/readyz",
    "/_dash-component-suites/{package_name}/{fingerprinted_path:path}",
    "/_favicon.ico",
    "/login",
    "/login/authenticator",
    "/login/openid",
    "/login/openid/back",
    "/login/second",
    "/login/{token}",
    "/logout",
    "/locked",
    "/device/{token}",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The web application of an installation without anything."""
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def routes(app):
    """Every route of the web application, those of included routers too."""
    return list(iter_route_contexts(app.routes))


def is_ours(route):
    """Tell a route of ours from one that Dash adds."""
    return getattr(route.endpoint, "__module__", "").startswith("rtcc.")


def first_of_each(app):
    """Return the door that a request really comes to, by path and method."""
    doors = {}
    for door in doors_of(app):
        for method in door.methods:
            doors.setdefault((door.path, method), door)
    return doors


def test_every_route_names_its_rule(routes):
    """A new route of ours without one would be shut to everybody; that it was forgotten is seen here."""
    silent = [
        route.path for route in routes if is_ours(route) and not isinstance(route.openapi_extra.get(DECLARED), Rule)
    ]
    assert silent == []


def test_every_way_in_has_a_rule(app):
    """Those of Dash and the folders of files too: what has none is not reachable."""
    without = {door.path for door in first_of_each(app).values() if door.rule is None}
    assert without <= SHADOWED - {"/"}


def test_what_is_open_to_everybody_is_listed_here(app):
    """Nothing becomes open by a slip."""
    open_ = {path: door for (path, _), door in first_of_each(app).items() if door.rule is OPEN}
    assert open_.keys() <= OPEN_TO_ALL


def test_whatever_changes_something_leaves_a_record(app):
    """All but what programs push, which the journal has, and what says itself why it leaves none."""
    of_programs = {INGEST, FEED, OPEN}
    changing = [door for (_, method), door in first_of_each(app).items() if method not in SAFE]
    from_people = [door for door in changing if door.rule not in of_programs and door.path not in THEIRS]
    silent = {door.path for door in from_people if door.recorded is not None and not door.recorded.action}
    assert from_people
    # That somebody is there, once a minute; and what is put on record by itself, before it counts.
    assert silent == {"/api/v1/session/active", "/api/v1/reasons", "/reason", "/admin/review/{number}"}


def test_the_subject_of_a_record_is_a_parameter_of_its_path(routes):
    """A record that should say what it is about and cannot would be found out only when somebody needs it."""
    recorded = [(route.path, route.openapi_extra.get(RECORDED)) for route in routes if is_ours(route)]
    subjects = [(path, record.subject[1]) for path, record in recorded if record is not None and record.subject]
    assert subjects
    assert [path for path, name in subjects if f"{{{name}" not in path] == []


def test_every_callback_names_its_rule(app):
    """All callbacks come over one route: each that runs on the server is held to a rule of its own."""
    from dash import get_app

    known = {name: entry.get("callback") for name, entry in get_app().callback_map.items()}
    on_server = {name: function for name, function in known.items() if function is not None}
    assert on_server
    assert [name for name, function in on_server.items() if not _rule_of(function)] == []


def _rule_of(function):
    """Return the rule that a callback, or what it wraps, was given."""
    return getattr(inspect.unwrap(function, stop=lambda one: hasattr(one, "rule")), "rule", None)


def test_no_route_comes_in_unseen(routes):
    """What is not ours is a known one of Dash's own; an update that adds one is noticed here."""
    assert {route.path for route in routes if not is_ours(route)} <= THEIRS.keys() | SHADOWED


def test_dash_routes_shadow_none_of_ours(routes):
    """Dash's routes begin with an underscore, so that the API, the health checks and the pages stay ours."""
    paths = [route.path for route in routes]
    assert {"/api/v1/events", "/api/v1/picture", "/api/v1/live", "/healthz", "/readyz", "/metrics"} <= set(paths)
    first = {}
    for route in routes:
        first.setdefault(route.path, route)
    theirs = THEIRS.keys() | SHADOWED
    assert all(is_ours(route) for path, route in first.items() if path not in theirs or path == "/")
