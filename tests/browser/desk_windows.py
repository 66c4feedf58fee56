"""Windows on the desks, for tests: of somebody signed in or of nobody, with every error of the page remembered."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import REMEMBER, lists_only
from tests.running import Running
from tests.signing_in import OWN_PAGE, link

# Every move of what stood on the page already, but for what a person did just before.
WATCH_SHIFTS = """window.shifts = []; new PerformanceObserver((list) => {
  for (const { value, sources, hadRecentInput } of list.getEntries()) {
    const moved = sources.map(({ node }) => (node?.nodeType === 1 ? node : node?.parentElement))
      .map((one) => one?.className ?? 'gone')
    if (moved.length && !hadRecentInput) window.shifts.push([value, moved])
  }
}).observe({ type: 'layout-shift' })"""


class Windows:
    """Opens windows, each a browser of its own, and closes them all."""

    def __init__(self, browser: Browser, *, whole: bool = True) -> None:
        """Use this browser; pages opened while ``whole`` is False have no map and no charts."""
        self._browser = browser
        self.whole = whole
        self._contexts: list[BrowserContext] = []

    def window(self, width: int = 1366, height: int = 768) -> Page:
        """Return an empty window."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        self._contexts.append(context)
        if not self.whole:
            lists_only(context)
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.set_default_navigation_timeout(60_000)
        page.add_init_script(REMEMBER)
        errors: list[str] = []
        page.errors = errors  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    def desk(self, rtcc: Running, path: str, name: str = "", role: str = "dispatcher", **size: Any) -> Page:
        """Return a window on a page of a real installation, signed in as somebody or as nobody."""
        page = self.window(**size)
        if name:
            answer = page.context.request.post(rtcc.address + link(rtcc, name, role), headers=OWN_PAGE, max_redirects=0)
            assert answer.status == 303, answer.text()
        page.goto(f"{rtcc.address}{path}")
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
