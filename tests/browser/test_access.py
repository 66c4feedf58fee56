"""Signing in with two factors, locking and unlocking, going on in another role: as a person at a browser does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import lists_only
from tests.served import PASSWORD, Served, served
from tests.signing_in import COOKIE

pytestmark = pytest.mark.browser
HALF_HOUR_MS = 1_800_000
SIGN_IN, LOCKED = re.compile(r"/login\?next="), re.compile(r"/locked\?next=")


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a city; people of each test have names of their own."""
    with served(tmp_path_factory.mktemp("access")) as center:
        yield center


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Give browsers of their own, which share no cookie."""
    opened = []

    def open_() -> BrowserContext:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
        context.set_default_timeout(20_000)
        lists_only(context)
        # The streets behind the sign-in take the processor, which draws them here, longer than a test of it.
        context.route("**/ground/*", lambda route: route.abort())
        opened.append(context)
        return context

    yield open_
    for context in opened:
        context.close()


@pytest.fixture
def page(open_browser: Callable[[], BrowserContext]) -> Page:
    """A window of a browser of its own."""
    return open_browser().new_page()


def sign_in(page: Page, center: Served, name: str, *roles: str, to: str = "/account") -> None:
    """Let the window be at a page as somebody who has just come in, with a password to unlock with."""
    center.person(name, *roles)
    token = center.begin(name, roles[0])
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": center.address}])
    page.goto(center.address + to)


def token_of(page: Page) -> str:
    """Return the token that the window's browser holds."""
    return next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE)


def live(page: Page) -> None:
    """Wait until a desk shows the picture."""
    page.wait_for_selector('[data-link="live"]')


def unlock(page: Page) -> None:
    """Type the password where the screen is locked; the field has the focus."""
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_somebody_signs_in_with_password_and_code_by_keyboard(center: Served, page: Page) -> None:
    """A wrong password is said beside its field; the right one asks for a code, and the code leads on to the page."""
    person = center.person("Ann Roe", "supervisor")
    page.goto(f"{center.address}/account")
    page.wait_for_url(SIGN_IN)
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ann Roe")
    page.keyboard.press("Tab")
    page.keyboard.type("not that one, surely")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Ann Roe")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/second")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(person.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann Roe")
    held = next(each for each in page.context.cookies() if each["name"] == COOKIE)
    assert (held["httpOnly"], held["sameSite"]) == (True, "Strict")


def test_a_recovery_code_stands_for_the_phone_once(center: Served, page: Page) -> None:
    """Without the phone a recovery code lets in, and the account says how many are left; it does so once."""
    person = center.person("Bo Lind", "supervisor")

    def prove() -> None:
        page.goto(f"{center.address}/login?next=/account")
        page.get_by_label("Name").fill("Bo Lind")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_label("Code").fill(person.codes[0])
        page.keyboard.press("Enter")

    prove()
    expect(page.get_by_text("You have 9 recovery codes left")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    prove()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")


def test_a_screen_that_nobody_touches_warns_and_locks(center: Served, page: Page) -> None:
    """The warning counts down and any key ends it; without one the page is gone, and the password brings it back."""
    page.clock.install()
    sign_in(page, center, "Cy Dunn", "supervisor", to="/account?done=others")
    warning = page.get_by_text("This screen locks in")
    expect(page.get_by_role("button", name="Lock now").first).to_be_attached()
    page.clock.fast_forward(HALF_HOUR_MS - 42_000)
    expect(warning).to_have_text("This screen locks in 0:42 – move or press any key")
    page.keyboard.press("x")
    expect(warning).to_be_hidden()
    page.clock.fast_forward(HALF_HOUR_MS + 1000)
    page.wait_for_url(LOCKED)
    expect(page.get_by_role("heading", level=1)).to_have_text("This screen is locked")
    expect(page.get_by_text("Where you are signed in")).to_have_count(0)
    answer = page.context.request.get(f"{center.address}/api/v1/sessions")
    assert (answer.status, answer.headers["x-rtcc-locked"]) == (401, "1")
    page.keyboard.type("guessed by a stranger")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    unlock(page)
    page.wait_for_url(re.compile(r"/account\?done=others$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Cy Dunn")


def test_the_server_locks_an_open_desk(center: Served, page: Page) -> None:
    """The stream says so: the desk leaves by itself, the picture stops, and all of it comes back with the password."""
    sign_in(page, center, "Di Marsh", "dispatcher", to="/dispatch?priority=1")
    live(page)
    center.run(center.sessions.lock(token_of(page)))
    page.wait_for_url(LOCKED, timeout=30_000)
    assert page.context.request.get(f"{center.address}/api/v1/picture").status == 401
    unlock(page)
    page.wait_for_url(re.compile(r"/dispatch\?priority=1$"))
    live(page)


def test_the_windows_of_a_browser_lock_and_open_together(center: Served, page: Page) -> None:
    """Locked with the key in one window, all are; unlocked in one, each is where it was."""
    sign_in(page, center, "Ed Vance", "dispatcher", to="/dispatch")
    live(page)
    other = page.context.new_page()
    other.goto(f"{center.address}/account")
    expect(other.get_by_role("heading", level=1)).to_have_text("Ed Vance")
    page.keyboard.press("Shift+L")
    page.wait_for_url(LOCKED)
    other.wait_for_url(LOCKED)
    unlock(other)
    other.wait_for_url("**/account")
    page.wait_for_url("**/dispatch")


def test_five_wrong_passwords_at_a_locked_screen_end_the_session(center: Served, page: Page) -> None:
    """Whoever guesses at a locked screen locks the account, and has no session any more."""
    sign_in(page, center, "Fay Moss", "dispatcher")
    center.run(center.sessions.lock(token_of(page)))
    page.reload()
    for _ in range(5):
        page.get_by_label("Password", exact=True).fill("guessed by a stranger")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signed out")
    account = center.accounts.get("Fay Moss")
    assert account is not None
    assert account.locked_at is not None
    assert center.run(center.sessions.of("Fay Moss")) == []


def test_somebody_goes_on_in_another_role(center: Served, page: Page) -> None:
    """The name in the bar opens the roles by keyboard; each leads to its own page and may what it may, no more."""
    sign_in(page, center, "Gil Ortiz", "dispatcher", "supervisor", to="/dispatch")
    live(page)
    place = page.locator("#viewer summary")
    before = page.locator(".bar-clock").bounding_box()
    place.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="supervisor")).to_be_focused()
    assert page.locator(".bar-clock").bounding_box() == before
    page.keyboard.press("Escape")
    expect(place).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="supervisor").click()
    page.wait_for_url("**/supervisor")
    live(page)
    assert page.context.request.get(f"{center.address}/api/v1/feeds").status == 200
    page.locator("#viewer summary").click()
    page.get_by_role("button", name="dispatcher").click()
    page.wait_for_url("**/dispatch")
    live(page)
    assert page.context.request.get(f"{center.address}/api/v1/feeds").status == 403
    assert page.context.request.get(f"{center.address}/admin/people").status == 403


def test_a_session_elsewhere_is_ended_from_the_account(
    center: Served, page: Page, open_browser: Callable[[], BrowserContext]
) -> None:
    """The other browser stands in the list, with what it is, and is led to the sign-in when it has been ended."""
    sign_in(page, center, "Hal Stone", "supervisor")
    elsewhere = open_browser().new_page()
    token = center.begin("Hal Stone", "supervisor", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Safari/604.1")
    elsewhere.context.add_cookies([{"name": COOKIE, "value": token, "url": center.address}])
    elsewhere.goto(f"{center.address}/account")
    page.reload()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="End the session on Safari on an iPhone").click()
    expect(page.get_by_role("status")).to_have_text("That session has ended.")
    expect(page.get_by_role("row")).to_have_count(2)
    elsewhere.reload()
    elsewhere.wait_for_url(SIGN_IN)


def test_broken_glass_is_reviewed_and_stays_on_record(
    center: Served, page: Page, open_browser: Callable[[], BrowserContext]
) -> None:
    """Whoever breaks the glass says why; a supervisor finds it waiting, asks, and both stand in the audit for good."""
    center.there_is("incident", "26-018842", type="Family disturbance", sensitive=True, narrative="The caller whispers")
    sign_in(page, center, "Ida Fry", "dispatcher", to="/reason?subject=incident:26-018842&next=/account")
    page.get_by_label("Why, in one sentence").fill("An officer calls for help from that door")
    page.get_by_role("button", name="Break the glass and show it").click()
    page.wait_for_url("**/account")
    above = open_browser().new_page()
    sign_in(above, center, "Jan Kerr", "supervisor", to="/admin/review")
    use = above.get_by_role("region", name="Ida Fry saw a sensitive incident")
    expect(use).to_contain_text("An officer calls for help from that door")
    use.get_by_label("What came of it").fill("Spoke with her: it was right")
    use.get_by_role("button", name="Reviewed").click()
    expect(above.get_by_role("status")).to_contain_text("is reviewed")
    expect(above.get_by_text("Nothing waits for review")).to_be_visible()
    above.get_by_role("link", name="Audit").click()
    above.get_by_label("Subject").fill("26-018842")
    above.get_by_role("button", name="Show").click()
    expect(above.get_by_role("row").filter(has_text="Ida Fry")).to_contain_text("break glass")
    above.goto(f"{center.address}/admin/audit?action=reviewed")
    expect(above.get_by_role("row").filter(has_text="Jan Kerr")).to_contain_text("Spoke with her: it was right")
