"""What every answer tells the browser: who may frame, run, keep and read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.running import Running
from tests.signing_in import signed_in

#: A page that Dash builds, a plain page, one of data, files, a refusal, and paths that are nothing.
ANSWERS = (
    "/wall",
    "/officer",
    "/login",
    "/login/" + "A" * 43,
    "/account",
    "/api/v1/picture",
    "/api/v1/me",
    "/api/v1/feeds",
    "/basemap/city.json",
    "/assets/icon.svg",
    "/healthz",
    "/metrics",
    "/nothing",
    "/assets/../nothing",
)
MAPS = ("/wall", "/dispatch", "/supervisor", "/incident/i-1", "/officer", "/admin")


@pytest.fixture(scope="module")
def sergeant(rtcc_up: Running) -> Iterator[httpx.Client]:
    with signed_in(rtcc_up, "Sgt. Ruiz", "supervisor") as client:
        yield client


def policy(answer: httpx.Response) -> dict[str, str]:
    """Return the content security policy by its directives."""
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_says_what_a_browser_may_do_with_it(sergeant: httpx.Client, path: str) -> None:
    """Guess no type, frame it nowhere, tell no other site of it, give it no camera; and no server's name."""
    answer = sergeant.get(path)
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(headers["permissions-policy"].split(", "))
    assert "server" not in headers
    assert "x-powered-by" not in headers
    # Over plain HTTP it would be ignored, and over TLS it is there (see test_http_tls.py).
    assert "strict-transport-security" not in headers
    told = policy(answer)
    assert (told["default-src"], told["frame-ancestors"], told["base-uri"]) == ("'none'", "'none'", "'none'")
    assert told["form-action"] == "'self'"


@pytest.mark.parametrize("path", [path for path in ANSWERS if not path.startswith(("/assets", "/basemap"))])
def test_what_is_about_somebody_is_kept_nowhere(sergeant: httpx.Client, path: str) -> None:
    """No cache of browser or proxy keeps a page or data."""
    assert sergeant.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", MAPS)
def test_pages_with_a_map_run_our_files_and_known_texts_alone(sergeant: httpx.Client, path: str) -> None:
    """No string becomes a program, no inline script runs but those whose hash the policy has."""
    answer = sergeant.get(path)
    assert answer.status_code == 200
    told = policy(answer)
    sources = told["script-src"].split()
    assert sources[0] == "'self'"
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", source) for source in sources[1:])
    assert told["style-src-attr"] == "'none'"
    # What remains open: stylesheets as elements, and workers that the map makes of its own text.
    open_ones = {name for name, value in told.items() if "unsafe" in value or "blob:" in value or "*" in value}
    assert open_ones == {"style-src-elem", "worker-src"}


@pytest.mark.parametrize("path", ["/login", "/login/" + "A" * 43, "/account"])
def test_plain_pages_need_nothing_but_our_own_files(sergeant: httpx.Client, path: str) -> None:
    """No inline script or style, on the page as in its policy."""
    answer = sergeant.get(path)
    told = answer.headers["content-security-policy"]
    assert "unsafe" not in told
    assert "sha256" not in told
    assert "blob:" not in told
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", answer.text)


def test_the_files_of_the_pages_are_asked_again_or_kept_by_their_name(sergeant: httpx.Client) -> None:
    """Our own by their ETag each time; Dash's libraries, whose name changes with them, for as long as one likes."""
    assert sergeant.get("/assets/css/00-tokens.css").headers["cache-control"] == "no-cache"
    script = re.search(r'src="(/_dash-component-suites/[^"]+)"', sergeant.get("/wall").text)
    assert script is not None
    assert "max-age" in sergeant.get(script[1]).headers["cache-control"]
