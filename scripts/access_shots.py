"""The screenshots of how people are let in and what is seen of it: sign-in, account, people, devices, record, review.

Everything on them has happened in the center that is shown: accounts were made, one was locked by guessing, a screen
was claimed, the glass was broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import pyotp
from playwright.sync_api import Browser, Page

from scripts.shown_center import ShownCenter

Keep = Callable[[Page, str], None]
Size = tuple[int, int]
#: Every picture that is taken here, by its name.
ACCESS: Final = (
    "sign-in",
    "second-factor",
    "invitation",
    "authenticator",
    "locked",
    "account",
    "people",
    "person",
    "devices",
    "audit",
    "review",
    "reason",
)
_ADMIN: Final = "Ada Reyes"
_PASSWORD: Final = "four horses in the harbor"  # noqa: S105 - of a center that ends with its pictures
_INCIDENT: Final = "26-018842"


class AccessShots:
    """Lets people come into a center, and takes the pictures of what they see on the way."""

    def __init__(self, browser: Browser, center: ShownCenter, themes: list[str], sizes: list[Size], keep: Keep) -> None:
        """Use this browser; ``keep`` keeps what a window shows under a name."""
        self._browser, self._center, self._keep = browser, center, keep
        self._looks = [(theme, size) for theme in themes for size in sizes]
        self._secret = ""
        self._codes: Iterator[str] = iter(())
        self._wanted: list[str] = []

    def take(self, wanted: list[str]) -> None:
        """Take the pictures that are wanted; what leads to them happens in any case."""
        self._wanted = wanted
        admin = self._set_up_account()
        self._people()
        self._devices()
        self._break_glass()
        self._sign_in_again()
        pages = {
            "account": "/account",
            "people": "/admin/people",
            "person": "/admin/people/person?name=Sam%20Okafor",
            "devices": "/admin/devices",
            "audit": "/admin/audit",
            "review": "/admin/review",
            "reason": f"/reason?subject=incident:{_INCIDENT}&next=/incident/{_INCIDENT}",
        }
        for name, path in pages.items():
            admin.goto(self._center.address + path)
            self._shoot(admin, name)
        admin.context.close()

    def _set_up_account(self) -> Page:
        page = self._window()
        page.goto(self._center.say("users", "invite", _ADMIN, "--role", "admin"))
        self._shoot(page, "invitation")
        page.get_by_label("Choose a password").fill(_PASSWORD)
        page.get_by_label("The same again").fill(_PASSWORD)
        page.get_by_role("button").click()
        page.wait_for_url("**/login/authenticator")
        self._secret = page.locator("#secret").inner_text().replace(" ", "")
        self._shoot(page, "authenticator")
        page.get_by_label("The code").fill(pyotp.TOTP(self._secret).now())
        page.get_by_role("button").click()
        page.get_by_text("I have kept them").wait_for()
        self._codes = iter(page.locator(".sign-codes li").all_inner_texts())
        return page

    def _people(self) -> None:
        for name, role in (("Sam Okafor", "supervisor"), ("Jo Lindqvist", "analyst"), ("Kim Tran", "dispatcher")):
            self._center.say("users", "link", name, "--role", role)
        self._center.say("users", "invite", "Noor Haddad", "--role", "officer")
        self._center.say("users", "roles", "Sam Okafor", "--role", "supervisor", "--role", "dispatcher")
        self._center.say("users", "disable", "Jo Lindqvist", "--why", "Left the agency on 1 November")
        page = self._window()
        for _ in range(5):
            page.goto(f"{self._center.address}/login")
            page.get_by_label("Name").fill("Sam Okafor")
            page.get_by_label("Password").fill("guessed by a stranger")
            page.keyboard.press("Enter")
            page.get_by_role("alert").wait_for()
        page.context.close()

    def _devices(self) -> None:
        page = self._window()
        page.goto(self._center.say("devices", "register", "Lobby wall", "--kind", "wall"))
        page.get_by_role("button").click()
        page.wait_for_url("**/wall")
        page.context.close()
        self._center.say("devices", "register", "Position 4", "--kind", "position")

    def _break_glass(self) -> None:
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        fields = {"type": "Family disturbance", "priority": 2, "status": "pending", "entered_at": now}
        said = fields | {"sensitive": True, "narrative": "Caller whispers", "address": "900 Block of ALDER ST"}
        self._center.push_event({"kind": "incident", "id": _INCIDENT, "occurred_at": now, "data": said})
        page = self._window()
        page.goto(self._center.sign_in_address("Kim Tran", "dispatcher"))
        page.get_by_role("button").click()
        page.wait_for_url("**/dispatch")
        page.goto(f"{self._center.address}/reason?subject=incident:{_INCIDENT}&next=/account")
        page.get_by_label("Why, in one sentence").fill("An officer calls for help from that door and needs the names")
        page.get_by_role("button", name="Break the glass").click()
        page.wait_for_url("**/account")
        page.context.close()

    def _sign_in_again(self) -> None:
        page = self._window()
        page.goto(f"{self._center.address}/login")
        self._shoot(page, "sign-in")
        page.get_by_label("Name").fill(_ADMIN)
        page.get_by_label("Password").fill(_PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/login/second")
        self._shoot(page, "second-factor")
        page.get_by_label("Code").fill(next(self._codes))
        page.keyboard.press("Enter")
        page.wait_for_url("**/supervisor")
        page.goto(f"{self._center.address}/account")
        page.get_by_role("main").get_by_role("button", name="Lock now").click()
        page.wait_for_url("**/locked*")
        self._shoot(page, "locked")
        page.context.close()

    def _window(self) -> Page:
        return self._browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()

    def _shoot(self, page: Page, name: str) -> None:
        if name not in self._wanted:
            return
        for theme, (width, height) in self._looks:
            page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
            page.set_viewport_size({"width": width, "height": height})
            self._keep(page, f"{name}-{theme}-{width}x{height}.webp")
