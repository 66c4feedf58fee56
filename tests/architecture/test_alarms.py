"""Holds the alarm rules together: each file is a rule of the list, tested by a file of its own, and documented."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from rtcc.alarms.rule import Rule
from rtcc.alarms.rules import RULES
from rtcc.model.fields import KINDS

ROOT = Path(__file__).parents[2]
MODULES = {path.stem for path in (ROOT / "rtcc" / "alarms" / "rules").glob("*.py")} - {"__init__"}
PAGE = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
#: | `rule` | `parameter` | `default` | …
ROWS = {
    (rule, parameter): default
    for rule, parameter, default in re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(.+?)` \|", PAGE, re.MULTILINE)
}
#: Every rule has it, and the page says so once.
OF_ALL = {"enabled"}
PARAMETERS = [
    (name, parameter)
    for name, rule in RULES.items()
    for parameter in rule.parameters_type.model_fields
    if parameter not in OF_ALL
]


def shown(default):
    """Write a default as the page does: as JSON, a whole number without a point."""

    def plain(value):
        return int(value) if isinstance(value, float) and value.is_integer() else value

    if isinstance(default, dict):
        return json.dumps({key: plain(value) for key, value in default.items()})
    return json.dumps(plain(default))


def test_every_module_is_a_rule_of_the_list():
    """A rule that is not in the list would be watched by nobody; each is named like its file."""
    assert set(RULES) == MODULES
    for name, rule in RULES.items():
        assert rule.name == name
        assert rule.__module__ == f"rtcc.alarms.rules.{name}"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_holds_one_rule(name):
    """One rule a file."""
    module = import_module(f"rtcc.alarms.rules.{name}")
    own = {each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__}
    assert {each for each in own if issubclass(each, Rule)} == {RULES[name]}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_is_and_what_to_do(name):
    """A condition without a response is no alarm; what it says fits the fields of an alarm."""
    rule, alarm = RULES[name], KINDS["alarm"]
    assert rule.__doc__
    assert alarm["severity"].accepts(rule.severity)
    assert alarm["response"].accepts(rule.response)
    assert rule.response.endswith(".")
    assert alarm["rule"].accepts(name)
    for kind, names in rule.watches.items():
        assert names <= KINDS[kind].keys(), "it watches a field that there is not"


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_parameter_is_described(name, parameter):
    """Who sets it must know what it is."""
    assert RULES[name].parameters_type.model_fields[parameter].description


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_test_of_its_own(name):
    """The file of tests is named like the rule."""
    assert (ROOT / "tests" / "unit" / "alarms" / "rules" / f"test_{name}.py").is_file()


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_every_parameter_is_documented_with_its_default(name, parameter):
    """A parameter has its row in docs/alarms.md, which tells what holds when nobody chose."""
    default = RULES[name].parameters_type.model_fields[parameter].default
    assert ROWS.get((name, parameter)) == shown(default)


def test_no_documented_parameter_is_gone():
    """The page promises nothing that no rule reads any more."""
    assert set(ROWS) <= set(PARAMETERS)
