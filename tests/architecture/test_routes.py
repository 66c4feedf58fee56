"""Holds every way into the web process to a declaration of who may use it."""

import pytest
from fastapi.routing import iter_route_contexts

from rtcc.settings import Settings
from rtcc.web.server import create_app

# Dash answers these itself, for its pages: what it sends is the page's own program and never live data.
DASH = {
    "/_dash-component-suites/{package_name}/{fingerprinted_path:path}",
    "/_dash-dependencies",
    "/_dash-layout",
    "/_dash-update-component",
    "/_dash-ws-callback",
    "/_favicon.ico",
    "/_reload-hash",
    "/",
}
# Files of the page, the same for everyone.
FILES = {"/assets"}


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    """Every route of the web application, those of included routers too."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data")))
    return list(iter_route_contexts(app.routes))


def is_ours(route):
    """Tell a route of ours from one that Dash adds."""
    return getattr(route.endpoint, "__module__", "").startswith("rtcc.")


def test_every_route_says_who_may_use_it(routes):
    """A route of ours carries `x-access`: a new one without it would be open without anybody having decided so."""
    ours = [route for route in routes if is_ours(route)]
    silent = [route.path for route in ours if not (route.openapi_extra or {}).get("x-access")]
    assert ours
    assert silent == []


def test_no_route_comes_in_unseen(routes):
    """What is not ours is a known file folder or one of Dash's own routes; an update that adds one is noticed here."""
    assert {route.path for route in routes if not is_ours(route)} <= DASH | FILES


def test_dash_routes_shadow_none_of_ours(routes):
    """Dash's routes begin with an underscore, so that the API, the health checks and the pages stay ours."""
    paths = [route.path for route in routes]
    assert {"/api/v1/events", "/api/v1/picture", "/api/v1/live", "/healthz", "/readyz", "/metrics"} <= set(paths)
    first = {}
    for route in routes:
        first.setdefault(route.path, route)
    assert all(is_ours(route) for path, route in first.items() if not path.startswith("/_") and path not in FILES)
