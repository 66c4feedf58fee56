"""What the document of a page says of whoever looks: the page shows and offers by it, the server holds them to it."""

from __future__ import annotations

import pytest

from rtcc.access.roles import OPERATING, ROLES, WRITING
from rtcc.access.visibility import Audience
from rtcc.web.document import attributes
from rtcc.web.viewer import Viewer


@pytest.mark.parametrize("role", ROLES)
def test_a_document_says_what_its_viewer_may(role: Audience) -> None:
    """Answer, write, and read notes: an officer reads what is written about incidents, an analyst does not."""
    told = attributes("incident", "dark", Viewer("Ann", role, role, role in OPERATING, "x", role in WRITING))
    assert ('data-operates="yes"' in told) == (role in OPERATING)
    assert ('data-writes="yes"' in told) == (role in WRITING)
    assert ('data-reads-notes="yes"' in told) == (role in {"dispatcher", "supervisor", "officer", "admin"})


def test_a_key_that_only_reads_offers_no_form() -> None:
    """Whoever looks as a dispatcher, by a key that only reads, is offered nothing that the server would refuse."""
    told = attributes("dispatch", "dark", Viewer("Wallboard", "dispatcher", "dispatcher", False, "x", False))
    assert "data-operates" not in told
    assert "data-writes" not in told
    assert 'data-reads-notes="yes"' in told
