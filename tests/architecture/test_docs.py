"""Holds the documentation to the tree: a link that leads nowhere, or a function that moved, is found here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`(\w+)` in \[[^\]]+\]\(([^)#]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    """A page links only to files that exist."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_named_function_is_where_the_page_says(page):
    """'`name` in [file](path)' means that the file defines that name."""
    for name, link in NAMED.findall(page.read_text(encoding="utf-8")):
        code = (page.parent / link).read_text(encoding="utf-8")
        assert re.search(rf"(?:def|class) {name}\b|^{name}\b.* = ", code, re.MULTILINE), f"{name} in {link}"


def test_the_way_of_an_event_fits_on_a_screen():
    """docs/architecture.md stays short enough to be read at once."""
    assert len((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()) <= 55
