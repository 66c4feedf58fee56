"""The feeds that the documentation declares are declared right: whoever copies one begins with something that works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rtcc.access.visibility import AUDIENCES
from rtcc.feeds.declared import load_feeds, load_table
from rtcc.feeds.out.cot_table import NAME, CotOut

PAGE = Path(__file__).parents[3] / "docs" / "feeds-standards.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0].strip("[]"))
def test_each_example_can_be_used(block: str, tmp_path: Path) -> None:
    """Every table of the page is read without a complaint."""
    (tmp_path / "feeds.toml").write_text(block, encoding="utf-8")
    feeds, table = load_feeds(tmp_path / "feeds.toml"), load_table(tmp_path / "feeds.toml", NAME)
    assert bool(feeds) != bool(table)
    if table:
        assert CotOut.from_table(table, AUDIENCES, tmp_path).authority == tmp_path / "our-ca.pem"


def test_there_is_one_of_each() -> None:
    """The four formats of the page, and the server for TAK clients."""
    assert len(BLOCKS) == 5
