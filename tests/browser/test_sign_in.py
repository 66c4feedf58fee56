"""Signing in with a real browser: by keyboard alone, on a phone and a desk, in both themes, without a fault for axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rtcc.access.keys import KeyRing
from tests.running import Running
from tests.signing_in import COOKIE, link

pytestmark = pytest.mark.browser
LONG = "Maximiliane-Alexandra Wolfeschlegelsteinhausenbergerdorff the 3rd"[:64]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of its own."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def name_of(page: Page, rtcc: Running) -> Any:
    """Say as whom this browser's cookie is known."""
    return page.context.request.get(f"{rtcc.address}/api/v1/me").json()["name"]


def cookie(page: Page) -> Any:
    return next((each for each in page.context.cookies() if each["name"] == COOKIE), None)


def test_somebody_signs_in_and_out_by_keyboard(rtcc_up: Running, page: Page) -> None:
    """The keyboard reaches the button first; after it the browser is that person, until they sign out."""
    address = rtcc_up.address + link(rtcc_up, "Ann Roe", "wall")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign in as Ann Roe")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/wall")
    held = cookie(page)
    assert (held["httpOnly"], held["sameSite"], held["path"], held["secure"]) == (True, "Strict", "/", False)
    assert name_of(page, rtcc_up) == "Ann Roe"
    assert COOKIE not in page.evaluate("document.cookie")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("This address has been used")
    page.goto(f"{rtcc_up.address}/login")
    expect(page.get_by_text("You are signed in as Ann Roe, wall.")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_visible()
    assert cookie(page) is None
    assert name_of(page, rtcc_up) == ""


def test_a_key_that_is_refused_is_asked_for_again(rtcc_up: Running, page: Page) -> None:
    """The sentence stands beside the field, which has the focus; the right key then signs in."""
    page.goto(f"{rtcc_up.address}/login")
    page.get_by_text("With a key").click()
    page.get_by_label("Key").fill("rtcc_never")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This key is not known here.")
    expect(page.get_by_label("Key")).to_be_focused()
    expect(page.get_by_label("Key")).to_have_value("")
    ring = KeyRing(rtcc_up.data)
    page.get_by_label("Key").fill(ring.create("Screen in the hall", "read:wall"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/wall")
    assert name_of(page, rtcc_up) == "Screen in the hall"
    ring.revoke("Screen in the hall")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_page_of_the_sign_in_can_be_read_by_all(rtcc_up: Running, page: Page, theme: str) -> None:
    """No violation for axe, nothing wider than the screen, and targets large enough, with the longest name too."""
    used = link(rtcc_up, LONG, "officer")
    for path in (used, "/login", "/login/nothing"):
        for width in (390, 1366):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{rtcc_up.address}{path}?theme={theme}")
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            sizes = page.locator(":is(button, input, a.sign-button, summary):visible").evaluate_all(
                "(all) => all.map((each) => each.getBoundingClientRect().height)"
            )
            assert min(sizes) >= 24
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
