"""The page of the audit log: for those who oversee, filtered, a page at a time, as CSV, and each reading on record."""

from __future__ import annotations

import csv
import io
import re

import pytest

from rtcc.access.audit import AuditRecord
from tests.auditing import write
from tests.people import Center


@pytest.fixture
def center(settings, tmp_path):
    """A center with 250 records of one busy officer."""
    center = Center(settings, tmp_path)
    write(
        center.settings,
        [
            AuditRecord(who="<b>Olaf</b>", action="view", subject=("incident", f"i-{n}"), details={"text": "=1+1"})
            for n in range(250)
        ],
    )
    return center


def told(page):
    """Return the subjects that a page tells of, in order."""
    return re.findall(r"incident (i-\d+)", page.text)


def test_it_shows_the_newest_and_leads_to_the_older(center):
    """A hundred a page; what somebody is named is text and no markup."""

    async def story():
        sue = await center.person("Sue", "supervisor")
        page = await sue.get("/admin/audit?who=olaf")
        assert told(page) == [f"i-{n}" for n in range(249, 149, -1)]
        assert ("<b>Olaf</b>" in page.text, "&lt;b&gt;Olaf" in page.text) == (False, True)
        older = re.search(r'href="([^"]*)" rel="next"', page.text)
        assert older is not None
        page = await sue.get(older[1].replace("&amp;", "&"))
        assert told(page) == [f"i-{n}" for n in range(149, 49, -1)]
        assert "Newest" in page.text

    center.run(story)
    reads = center.records("audit read")
    assert [one["details"]["filter"] for one in reads] == ["who: olaf", "who: olaf; below number 151"]
    assert {one["who"] for one in reads} == {"Sue"}


def test_it_filters_and_exports_what_it_shows(center):
    """The same filter as page, as JSON and as CSV, which runs nothing; the export is on record as one."""

    async def story():
        kim = await center.person("Kim", "admin")
        asked = "action=view&subject=incident:i-24&outcome=done&text=1%2B1"
        expected = [f"i-{n}" for n in (*range(249, 239, -1), 24)]
        assert told(await kim.get(f"/admin/audit?{asked}")) == expected
        records = (await kim.get(f"/api/v1/audit?{asked}")).json()
        assert [one["subject"][1] for one in records["records"]] == expected
        assert records["older"] is None
        export = await kim.get(f"/admin/audit.csv?{asked}")
        assert export.headers["content-disposition"] == 'attachment; filename="audit.csv"'
        rows = list(csv.DictReader(io.StringIO(export.text)))
        assert [row["subject_id"] for row in rows] == expected[::-1]
        assert told(await kim.get("/admin/audit?since=2000-01-01&until=2000-01-02")) == []
        assert "Nothing is on record" in (await kim.get("/admin/audit?until=2000-01-02")).text

    center.run(story)
    (export,) = center.records("export")
    assert export["details"]["filter"] == "action: view; subject: incident:i-24; outcome: done; text: 1+1"


def test_what_cannot_be_read_is_said(center):
    """422 with one sentence that names the field."""

    async def story():
        kim = await center.person("Kim", "admin")
        for query in ("outcome=maybe", "before=x", "since=soon", "until=2026-13-01", f"who={'x' * 101}"):
            answer = await kim.get(f"/api/v1/audit?{query}")
            assert answer.status_code == 422
            assert answer.json()["detail"].startswith(query.partition("=")[0])

    center.run(story)


def test_others_do_not_read_it(center):
    """Nobody, a dispatcher and an analyst are kept out; that the latter asked is on record."""

    async def story():
        for path in ("/admin/audit.csv", "/api/v1/audit"):
            for role in ("dispatcher", "analyst"):
                assert (await (await center.person(role, role)).get(path)).status_code == 403
            assert (await center.nobody().get(path)).status_code in {303, 401}

    center.run(story)
    assert {one["outcome"] for one in center.records("audit read", "export")} == {"refused"}
