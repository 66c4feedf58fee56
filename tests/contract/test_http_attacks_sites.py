"""What other sites' pages try with a browser that is signed in here, and what comes in with names and addresses."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.running import Running
from tests.serving import headers_of, request, said_to, status_of
from tests.signing_in import COOKIE, link, signed_in

READS = ("/api/v1/live", "/api/v1/picture", "/api/v1/me", "/api/v1/geojson/unit", "/basemap/city.json", "/_dash-layout")
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    # Another server on the same machine is another site.
    {"Origin": "http://localhost:1"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example", "Sec-Fetch-Mode": "no-cors"},
)


@pytest.fixture
def ann(rtcc_up: Running) -> Iterator[httpx.Client]:
    """A browser in which a dispatcher is signed in; it says of itself what each test says."""
    with signed_in(rtcc_up, "Ann Roe", "dispatcher") as client:
        del client.headers["Sec-Fetch-Site"]
        yield client


def status(client: httpx.Client, path: str, headers: dict[str, str]) -> int:
    """Return the status of an answer, without waiting for the end of one that has none."""
    with client.stream("GET", path, headers=headers) as answer:
        return answer.status_code


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_another_sites_page_reads_nothing(rtcc_up: Running, ann: httpx.Client, foreign: dict[str, str]) -> None:
    """Neither picture nor stream, with a session's cookie or without anything; a program with a key reads on."""
    with httpx.Client(base_url=rtcc_up.address) as anyone, rtcc_up.client("read:wall") as program:
        for path in READS:
            assert status(ann, path, foreign) == 403
            assert status(anyone, path, foreign) == 403
        for path in READS[:2]:
            assert status(program, path, foreign) == 200


@pytest.mark.parametrize("own", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}], ids=str)
def test_our_own_pages_read_as_before(ann: httpx.Client, own: dict[str, str]) -> None:
    """And so does what somebody types; a page of ours that names its origin is one of ours."""
    for headers in (own, own | {"Origin": str(ann.base_url).rstrip("/")}):
        assert status(ann, "/api/v1/picture", headers) == 200
        assert status(ann, "/api/v1/live", headers) == 200


def test_a_page_may_be_linked_to_from_anywhere(ann: httpx.Client) -> None:
    """Following a link is no attack: what the page then reads it reads itself."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
    assert status(ann, "/wall", headers) == 200
    assert status(ann, "/dispatch", headers) == 200


@pytest.mark.parametrize(
    "path",
    ["/api/v1/session/lock", "/api/v1/session/active", "/session/role", "/logout", "/api/v1/incidents/i-1/notes"],
)
@pytest.mark.parametrize("foreign", [*FOREIGN, {}], ids=str)
def test_another_sites_page_changes_nothing(ann: httpx.Client, path: str, foreign: dict[str, str]) -> None:
    """However its form calls itself; a request of which the browser says nothing is none of our pages' either."""
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        answer = ann.post(path, content=b"role=admin", headers={**foreign, "Content-Type": kind})
        assert answer.status_code == 403
    me = ann.get("/api/v1/me").json()
    assert (me["name"], me["role"]) == ("Ann Roe", "dispatcher")


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", ["/api/v1/picture", "/login", "/assets/icon.svg", "/api/v1/events", "/nothing"])
def test_no_answer_lets_another_site_read_it(ann: httpx.Client, method: str, path: str) -> None:
    """No CORS header anywhere, whoever asks, and a browser's question before it asks is not answered with yes."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = ann.request(method, path, headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:%20a=b",
        "/wall%0d%0aLocation:%20https://evil.example",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_led_elsewhere_or_given_a_header(rtcc_up: Running, there: str) -> None:
    """Where somebody goes on after the sign-in is a page of ours, whatever the address says."""
    target = f"/login?next={there}"
    answer = said_to(rtcc_up.port, request(target))
    assert "set-cookie" not in headers_of(answer)
    assert "location" not in headers_of(answer)
    assert b'action="https://evil' not in answer
    assert b'href="javascript:' not in answer
    sent = request("/login", "Sec-Fetch-Site: same-origin", "Content-Length: 0", method="POST")
    assert not headers_of(said_to(rtcc_up.port, sent)).get("location", "/").startswith(("http", "//", "/\\"))


def test_a_redirect_to_the_sign_in_holds_the_address_and_no_line_break(rtcc_up: Running) -> None:
    """What somebody was on the way to comes back as one encoded value."""
    target = "/account?a=%0d%0aSet-Cookie:%20x=y&b=//evil.example"
    answer = said_to(rtcc_up.port, request(target, "Accept: text/html"))
    assert status_of(answer) == 303
    headers = headers_of(answer)
    assert headers["location"].startswith("/login?next=/account")
    assert "set-cookie" not in headers


def test_what_somebody_is_called_stays_text(rtcc_up: Running) -> None:
    """A name with markup is shown as it is, in a page that would run none of it anyway."""
    name = '"><script>alert(1)</script>'
    path = link(rtcc_up, name, "wall")
    page = said_to(rtcc_up.port, request(path))
    assert b"<script>alert" not in page
    with signed_in(rtcc_up, name, "wall") as evil:
        for shown in ("/wall", "/login", "/account"):
            assert "<script>alert" not in evil.get(shown).text


def test_two_cookies_of_one_name_are_one_session_or_none(rtcc_up: Running, ann: httpx.Client) -> None:
    """A neighbour that plants a cookie beside ours wins nobody else's session."""
    ours = f"{COOKIE}={ann.cookies[COOKIE]}"
    for planted in (f"{COOKIE}=x; {ours}", f"{ours}; {COOKIE}=x", f'{COOKIE}="x; {ours}'):
        answer = said_to(rtcc_up.port, request("/api/v1/me", f"Cookie: {planted}"))
        assert status_of(answer) == 200
        assert b'"name":"Ann Roe"' in answer or b'"name":""' in answer
