"""Holds the look for known vulnerabilities to what it must not do: pass over one, or say nothing of what it skipped."""

import pytest

from scripts import audit_packages
from scripts.audit_packages import KNOWN, NOT_ASKED, PINNED, NoServiceError, first_of, found_in, known_of, told

VULNERABLE = {
    "name": "flask",
    "version": "0.5",
    "vulns": [{"id": "PYSEC-2018-66", "fix_versions": ["0.12.3"]}, {"id": "PYSEC-2019-179", "fix_versions": []}],
}
ANSWERED = [{"name": "redis", "version": "8.0", "vulns": []}, VULNERABLE]


def test_a_vulnerability_fails_and_says_what_mends_it(capsys):
    """Each that nobody has given a reason for."""
    found = found_in(ANSWERED)
    assert set(found) == {"PYSEC-2018-66", "PYSEC-2019-179"}
    assert told(found, {"PYSEC-2019-179": "no such call here"}) == 1
    said = capsys.readouterr().out
    assert "PYSEC-2018-66: flask 0.5, fixed in 0.12.3" in said
    assert "PYSEC-2019-179" not in said


def test_one_with_a_reason_passes_until_it_is_gone(capsys):
    """And then the list is to be shortened."""
    known = dict.fromkeys(found_in(ANSWERED), "no such call here") | {"OLD-1": "gone"}
    assert told(found_in(ANSWERED), known) == 0
    assert "OLD-1 is not found any more" in capsys.readouterr().out


def test_the_list_of_what_does_not_matter_has_a_reason_for_each():
    """Without one it is not read at all."""
    assert known_of("# words\n\nPYSEC-1 not reached here\n") == {"PYSEC-1": "not reached here"}
    with pytest.raises(ValueError, match="PYSEC-1 without a reason"):
        known_of("PYSEC-1 \n")
    known_of(KNOWN.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([NoServiceError("no answer")], NOT_ASKED, "no advisory service reachable (no answer)"),
        ([({}, []), NoServiceError("no answer within 18 s")], NOT_ASKED, "no answer within 18 s"),
        ([({}, []), ({}, ["rtcc"])], 0, "nothing is known of rtcc"),
        ([({}, []), (found_in(ANSWERED), [])], 1, "flask 0.5"),
    ],
)
def test_what_was_not_looked_at_is_said(monkeypatch, capsys, answers, code, said):
    """A machine without the internet is told so, and nothing passes for looked at that was not."""
    coming = iter(answers)

    def asked(_, __):
        answer = next(coming)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(audit_packages, "asked", asked)
    assert audit_packages.main() == code
    assert said in capsys.readouterr().out


def test_the_first_question_is_about_one_package():
    """With its hashes, as pip-audit wants it."""
    first = first_of(PINNED.read_text(encoding="utf-8"))
    assert first.count("==") == 1
    assert "--hash=sha256:" in first.splitlines()[-1]
