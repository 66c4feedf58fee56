"""Holds the rules about files: short, named for their subject, and saying in their first line what they are."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 300
REASON = f"Longer than {LIMIT} lines because"
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "stuff"}

CODE = sorted(
    path
    for folder in ("rtcc", "workers", "assets", "scripts", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".lua", ".sh"} and "__pycache__" not in path.parts
)
PYTHON = [path for path in CODE if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"rtcc", "workers"}]


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_is_short_or_says_why_not(path):
    """A file has one subject: at most 300 lines, or its docstring or head comment gives the reason."""
    text = path.read_text(encoding="utf-8")
    head = (ast.get_docstring(ast.parse(text)) or "") if path.suffix == ".py" else text[:2000]
    lines = text.count("\n")
    assert lines <= LIMIT or REASON in head, f"{lines} lines; split it, or write '{REASON} ...' at its head"


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_module_says_what_it_is(path):
    """Each module opens with a docstring, whose first paragraph is one sentence."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "say in one sentence what it is and where on the way of an event it stands"
    assert docstring.split("\n\n")[0].rstrip().endswith((".", "?", "!", ":")), "the first paragraph is no sentence"


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_name_names_a_subject(path):
    """No file or folder is called by a word that says nothing of its content."""
    assert not NAMELESS & {Path(part).stem for part in path.relative_to(ROOT).parts}
