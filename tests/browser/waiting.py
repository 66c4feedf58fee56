"""Waiting for something to be true in a page whose policy lets no string become a program."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Error, JSHandle, Page, TimeoutError  # noqa: A004

_EVERY_MS = 20


def wait_for_function(page: Page, expression: str, *, arg: Any = None, timeout: float = 20_000) -> JSHandle:
    """Do as Playwright's own does, which evaluates the expression within the page, as the page's policy forbids.

    Asked from outside, again and again, it is no program of the page's, and the policy stays as it is for everybody.
    """
    deadline = time.monotonic() + timeout / 1000
    while True:
        try:
            seen = page.evaluate_handle(expression, arg)
            if seen.evaluate("(value) => Boolean(value)"):
                return seen
        except Error as error:
            # The page is on its way to another: what was asked is asked there.
            if "context was destroyed" not in str(error) and "navigat" not in str(error):
                raise
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout:.0f} ms: {expression}")
        page.wait_for_timeout(_EVERY_MS)
