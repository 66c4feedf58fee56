"""The pages of access can be read by everybody: without a fault for axe, on a phone and a desk, in both themes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.served import PASSWORD, Served, served
from tests.signing_in import COOKIE

pytestmark = pytest.mark.browser
#: A phone at night, a laptop by day.
LOOKS = (("dark", 390), ("light", 1366))
LONG = "Maximiliane-Alexandra Wolfeschlegelsteinhausenbergerdorff the 3rd"[:64]


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose administrator has a long name, among people in every state and devices of each kind."""
    with served(tmp_path_factory.mktemp("pages")) as center:
        center.person(LONG, "admin", "supervisor", "dispatcher")
        center.person("Sam Okafor", "supervisor")
        center.accounts.lock("Sam Okafor")
        center.person("Jo Lindqvist", "analyst")
        center.accounts.disable("Jo Lindqvist", "Left the agency on 1 November")
        center.accounts.ensure("Noor Haddad", "officer")
        center.app.state.devices.register("Lobby wall", "wall")
        yield center


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of its own."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    # The streets behind the sign-in take the processor, which draws them here, longer than a test of it.
    context.route("**/ground/*", lambda route: route.abort())
    yield context.new_page()
    context.close()


def require_readable(page: Page, looks: Sequence[tuple[str, int]] = LOOKS) -> None:
    """Hold what a window shows to what everybody needs, as a phone shows it and as a desk does."""
    for theme, width in looks:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} at {width}"
        small = page.locator(":is(button, input:not([type=hidden], .unseen, .sign-unseen), select, summary, nav a)")
        sizes = small.evaluate_all(
            "(all) => all.filter((each) => each.checkVisibility()).map((each) => each.closest('label') ?? each)"
            ".map((each) => each.getBoundingClientRect().height)"
        )
        assert min(sizes, default=24) >= 24, f"{page.url} at {width}"
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/admin/people",
        "/admin/people?text=nobody+is+called+so",
        "/admin/people/person?name=Sam+Okafor",
        "/admin/devices",
        "/admin/audit",
        "/admin/review",
    ],
)
def test_a_page_of_access_can_be_read_by_all(center: Served, page: Page, path: str) -> None:
    """Nothing is wider than the screen, nothing too small to be hit, and axe finds no fault."""
    page.context.add_cookies([{"name": COOKIE, "value": center.begin(LONG, "admin"), "url": center.address}])
    page.goto(center.address + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    require_readable(page)


def test_an_invitation_leads_in_step_by_step(center: Served, page: Page) -> None:
    """Password, authenticator, codes, then the account; each step can be read by all, the locked screen too."""
    looks = cycle(LOOKS)
    center.accounts.ensure("Ann Roe", "wall")
    token = center.run(center.sessions.invite("Ann Roe", "wall", account=True, enroll=True))
    page.goto(f"{center.address}/login/{token}")
    require_readable(page, [next(looks)])
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button").click()
    page.wait_for_url("**/login/authenticator")
    require_readable(page, [next(looks)])
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("The code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button").click()
    expect(page.locator(".sign-codes li")).to_have_count(10)
    require_readable(page, [next(looks)])
    page.goto(f"{center.address}/account")
    page.get_by_role("main").get_by_role("button", name="Lock now").click()
    page.wait_for_url("**/locked?**")
    require_readable(page, [next(looks)])
    page.get_by_role("button", name="Sign in as somebody else").click()
    page.wait_for_url("**/login")
    page.get_by_label("Name").fill("Ann Roe")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/second")
    require_readable(page, [next(looks)])
