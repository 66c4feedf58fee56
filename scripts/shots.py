"""Takes the screenshots of docs/screens: `make shots`. Every page, in both themes, on four screens, in five states.

The states: `rest`, an ordinary hour; `busy`, a city with twenty times as much; `stale`, when its feeds have fallen
silent; `disconnected`, when the server does not answer; and `empty`, before anything has come. A page that does not
come up, or not into its state, fails loudly. The pages of access know no states; they are taken as they are.
"""

from __future__ import annotations

import argparse
import base64
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from rtcc.city import choice
from rtcc.city.choice import CALLS, public_data
from rtcc.settings import CITIES
from scripts.access_shots import ACCESS, AccessShots
from scripts.chromium import FLAGS, program
from scripts.shown_center import ROOT, ShownCenter

SCREENS = ROOT / "docs" / "screens"
#: Where a page is looked at: a wall, a desk, a laptop, a phone.
SIZES = ((3840, 2160), (1920, 1080), (1366, 768), (390, 844))
THEMES = ("dark", "light")
STATES = ("rest", "busy", "stale", "disconnected", "empty")
#: A screen so large is looked at scaled down; the picture need not keep what nobody can see.
_QUALITY = 62
#: The live city of a state: what `rtcc simulate` is told. Friday evening, when there is something to see.
_CITY = ("--begin", "2026-11-27 20:30")
_STALE = '.feed[data-state="stale"], .feed[data-state="lost"]'
_SETTLE_MS = 2000


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as somebody sees it; ``path`` may ask for an incident and a unit that there are."""

    name: str
    path: str
    role: str | None
    has_map: bool = True


SHOTS = (
    Shot("wall", "/wall", None),
    Shot("dispatch", "/dispatch?incident={incident}", "dispatcher"),
    Shot("supervisor", "/supervisor", "supervisor"),
    Shot("incident", "/incident/{incident}", "supervisor"),
    Shot("officer", "/officer?unit={unit}", "officer", has_map=False),
    Shot("admin", "/admin", "supervisor", has_map=False),
)


def main() -> None:
    """Start a center for each life, and take every picture that was asked for."""
    asked = _arguments()
    asked.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        taker = Taker(browser, asked)
        # Where only pages of access are asked for, no city need live.
        states = asked.states if not asked.pages or set(asked.pages) - set(ACCESS) else []
        if "empty" in states:
            with ShownCenter("--no-simulator", feeds=False) as center:
                taker.take(center, "empty")
        if "rest" in states:
            with ShownCenter("--no-simulator") as center:
                center.live(*_CITY)
                time.sleep(asked.after)
                taker.take(center, "rest")
        if {"busy", "stale", "disconnected"} & set(states):
            with ShownCenter("--no-simulator") as center:
                # Fewer units than go with so many calls: then they wait, and that is what busy means.
                center.live(*_CITY, "--rate", "20", "--units", "600")
                time.sleep(asked.after)
                taker.take(center, "busy")
                center.fall_silent()
                taker.take(center, "stale")
        access = [name for name in ACCESS if not asked.pages or name in asked.pages]
        if access:
            # There is no map on them: the city that is built the quickest will do.
            with ShownCenter("--no-simulator", "--city", str(CITIES / "plain"), feeds=False) as center:
                AccessShots(browser, center, asked.themes, asked.sizes, taker.keep).take(access)
        if not asked.pages and (public_data() / CALLS).is_file():
            with ShownCenter("--city", str(choice.SAN_FRANCISCO), feeds=False) as center:
                time.sleep(asked.after)
                taker.take_one(center, Shot("wall-san-francisco", "/wall", None), "dark", (1920, 1080))
        browser.close()


class Taker:
    """Takes the pictures that were asked for, and says which."""

    def __init__(self, browser: Browser, asked: argparse.Namespace) -> None:
        """Take them with this browser."""
        self._browser = browser
        self._asked = asked

    def take(self, center: ShownCenter, state: str) -> None:
        """Take every page in a state; from a busy one, also as it is when the server stops to answer."""
        for shot in SHOTS:
            if self._asked.pages and shot.name not in self._asked.pages:
                continue
            for theme in self._asked.themes:
                with self._signed_in(center, shot) as context:
                    page = self._open(context, center, shot, theme)
                    if state == "stale":
                        page.wait_for_selector(_STALE, timeout=600_000)
                    if state in self._asked.states:
                        self._all_sizes(page, shot, theme, state)
                    if state == "busy" and "disconnected" in self._asked.states:
                        with center.web_held():
                            page.wait_for_selector('[data-link="lost"]', timeout=30_000)
                            self._all_sizes(page, shot, theme, "disconnected")

    def take_one(self, center: ShownCenter, shot: Shot, theme: str, size: tuple[int, int]) -> None:
        """Take one page on one screen."""
        with self._browser.new_context(viewport={"width": size[0], "height": size[1]}) as context:
            page = self._open(context, center, shot, theme)
            self.keep(page, f"{shot.name}.webp")

    def _signed_in(self, center: ShownCenter, shot: Shot) -> BrowserContext:
        context = self._browser.new_context(viewport={"width": 1920, "height": 1080}, has_touch=shot.name == "officer")
        if shot.role:
            page = context.new_page()
            page.goto(center.sign_in_address(f"{shot.role.title()} Reyes", shot.role))
            page.get_by_role("button").first.click()
            page.wait_for_load_state()
            page.close()
        return context

    def _open(self, context: BrowserContext, center: ShownCenter, shot: Shot, theme: str) -> Page:
        incident, unit = _at_work(center)
        address = center.address + shot.path.format(incident=quote(incident, safe=""), unit=quote(unit, safe=""))
        page = context.new_page()
        page.on("pageerror", lambda error: print(f"{shot.name}: error in the page: {error}"))
        page.goto(f"{address}{'&' if '?' in address else '?'}theme={theme}")
        page.wait_for_selector('[data-link="live"]' + '[data-map="ready"]' * shot.has_map, timeout=120_000)
        return page

    def _all_sizes(self, page: Page, shot: Shot, theme: str, state: str) -> None:
        for width, height in self._asked.sizes:
            page.set_viewport_size({"width": width, "height": height})
            # Tiles, labels and charts settle a moment after the last change of size.
            page.wait_for_timeout(_SETTLE_MS)
            self.keep(page, f"{shot.name}-{state}-{theme}-{width}x{height}.webp")

    def keep(self, page: Page, name: str) -> None:
        """Keep what a window shows, under a name in the folder that was asked for."""
        session = page.context.new_cdp_session(page)
        taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
        session.detach()
        file: Path = self._asked.to / name
        file.write_bytes(base64.b64decode(taken["data"]))
        print(f"{file}: {file.stat().st_size // 1024} kB")


def _at_work(center: ShownCenter) -> tuple[str, str]:
    """Return an incident that somebody is at, the most urgent of them, and one of the units there."""
    picture = center.picture()
    units = {unit.get("incident_id"): id_ for id_, unit in picture.get("unit", {}).items()}
    open_ = [
        (incident.get("status") != "on_scene", incident.get("priority", 9), id_)
        for id_, incident in picture.get("incident", {}).items()
        if id_ in units and not incident.get("sensitive")
    ]
    return next(((id_, units[id_]) for _, _, id_ in sorted(open_)), ("none", "none"))


def _sizes(text: str) -> tuple[int, int]:
    width, height = map(int, text.split("x"))
    return width, height


def _arguments() -> argparse.Namespace:
    pages = [*(shot.name for shot in SHOTS), *ACCESS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--after", type=float, default=90, help="seconds that the city lives before the first picture")
    parser.add_argument("--to", type=Path, default=SCREENS, help="the folder for the pictures")
    parser.add_argument("--pages", nargs="+", choices=pages, help="only these pages")
    parser.add_argument("--states", nargs="+", choices=STATES, default=STATES, help="only in these states")
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=THEMES, help="only in these themes")
    parser.add_argument("--sizes", nargs="+", type=_sizes, default=SIZES, metavar="WxH", help="only on these screens")
    return parser.parse_args()


if __name__ == "__main__":
    main()
