"""The browser's own modules, tested in the browser: each test of tests/browser/js is a test here, by the same name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import City

pytestmark = pytest.mark.browser

MODULES = sorted((Path(__file__).parent / "js").glob("*.test.js"))
NAMES = [name for module in MODULES for name in re.findall(r'^test\("([^"]+)"', module.read_text(), re.MULTILINE)]


@pytest.fixture(scope="module")
def results(browser: Browser, shared_city: City) -> dict[str, str]:
    page = browser.new_page()
    page.goto(f"{shared_city.url}/assets/icon.svg")
    run = "(modules) => import('/tests/harness.js').then((harness) => harness.run(modules))"
    found: dict[str, str] = page.evaluate(run, [module.name for module in MODULES])
    page.close()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_module(name: str, results: dict[str, str]) -> None:
    """What the test's name says."""
    assert not results[name], results[name]


def test_every_test_of_the_modules_is_collected(results: dict[str, str]) -> None:
    """No test of the modules runs unseen, and none is named and does not run."""
    assert sorted(results) == sorted(NAMES)
