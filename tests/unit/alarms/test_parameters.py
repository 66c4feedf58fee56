"""What `rtcc.toml` may say of the alarms: everything wrong in it is told in one sentence before anything starts."""

from __future__ import annotations

import math
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rtcc.alarms.parameters import OPERATORS, AlarmParameterError, read_plan
from rtcc.alarms.rules import RULES
from rtcc.alarms.rules.silent_on_scene import SilentParameters
from tests.running import environment, free_port, rtcc

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"priority_2": {}}, "alarms.priority_2", "is no known rule"),
    ({"two\nlines": {}}, "alarms.(a name", "is no known rule"),
    ({"surge": {"lest": 3}}, "alarms.surge.lest", "is no parameter of this rule; it has enabled, clear_after_s"),
    ({"surge": {"two\nlines": 3}}, "alarms.surge.(a name", "is no parameter of this rule"),
    ({"surge": 3}, "alarms.surge", "is a whole number; it must be a table"),
    ({"surge": [1]}, "alarms.surge", "is a list; it must be a table"),
    ({"surge": {"enabled": "no"}}, "alarms.surge.enabled", "is text"),
    ({"surge": {"enabled": 0}}, "alarms.surge.enabled", "is 0"),
    ({"surge": {"least": 2.5}}, "alarms.surge.least", "is 2.5"),
    ({"surge": {"least": True}}, "alarms.surge.least", "is a boolean"),
    ({"surge": {"least": 0}}, "alarms.surge.least", "greater than or equal to 1"),
    ({"surge": {"deviations": -1}}, "alarms.surge.deviations", "is -1"),
    ({"silent_on_scene": {"after_s": -1}}, "alarms.silent_on_scene.after_s", "is -1"),
    ({"silent_on_scene": {"after_s": "2700"}}, "alarms.silent_on_scene.after_s", "is text"),
    ({"silent_on_scene": {"after_s": math.nan}}, "alarms.silent_on_scene.after_s", "is nan"),
    ({"silent_on_scene": {"after_s": math.inf}}, "alarms.silent_on_scene.after_s", "is inf"),
    ({"silent_on_scene": {"clear_after_s": 1e9}}, "alarms.silent_on_scene.clear_after_s", "less than or equal to"),
    ({"gunshot": {"radius_m": 0}}, "alarms.gunshot.radius_m", "greater than 0"),
    ({"plate_hit": {"confidence": 70}}, "alarms.plate_hit.confidence", "is 70"),
    ({"plate_hit": {"confidence": math.nan}}, "alarms.plate_hit.confidence", "is nan"),
    ({"pending_too_long": {"times_target": 2}}, "alarms.pending_too_long.times_target", "is 2"),
    ({"pending_too_long": {"times_target": {"1": -2}}}, "alarms.pending_too_long.times_target.1", "is -2"),
    ({"pending_too_long": {"times_target": {"6": 2}}}, "alarms.pending_too_long.times_target.6", "no possible name"),
    ({"operators": 0}, "alarms.operators", "must be a whole number from 1 to 1000"),
    ({"operators": 1_001}, "alarms.operators", "must be a whole number"),
    ({"operators": 2.0}, "alarms.operators", "is a number"),
    ({"operators": True}, "alarms.operators", "is a boolean"),
    ({"operators": "two"}, "alarms.operators", "is text"),
]


@pytest.mark.parametrize(("told", "named", "why"), WRONG, ids=[named + " " + why for _, named, why in WRONG])
def test_what_is_wrong_is_named(told: dict[str, Any], named: str, why: str) -> None:
    """One sentence on one line that names what is wrong, and why."""
    with pytest.raises(AlarmParameterError) as error:
        read_plan(told)
    sentence = str(error.value)
    assert sentence.startswith(named)
    assert why in sentence
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert not sentence.endswith("..")


def test_without_a_word_everything_is_watched() -> None:
    """All rules with their defaults, shared by the usual number of operators."""
    plan = read_plan({})
    assert (plan.operators, list(plan.parameters), plan.switched_off) == (OPERATORS, list(RULES), frozenset())


def test_what_is_told_replaces_the_default() -> None:
    """A whole number is a time as good as any; what is not told keeps its default, and a rule can be switched off."""
    told = tomllib.loads("""
        operators = 6
        [silent_on_scene]
        after_s = 1800
        [pending_too_long]
        times_target = {1 = 1.5, 3 = 2}
        [surge]
        enabled = false
    """)
    plan = read_plan(told)
    assert plan.operators == 6
    assert plan.parameters["silent_on_scene"].after_s == 1_800.0
    assert plan.parameters["silent_on_scene"].clear_after_s == SilentParameters().clear_after_s
    assert plan.parameters["pending_too_long"].times_target == {"1": 1.5, "3": 2.0}
    assert plan.switched_off == {"surge"}


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ("[alarms.surge]\nlest = 15", "alarms.surge.lest"),
        ("[alarms.silent_on_scene]\nafter_s = nan", "alarms.silent_on_scene.after_s"),
        ("[alarms]\noperators = 0", "alarms.operators"),
        ("alarms = 3", "alarms"),
    ],
)
def test_nothing_starts_on_wrong_parameters(tmp_path: Path, lines: str, named: str) -> None:
    """`rtcc up` ends with exit code 2 and the sentence, without a traceback, before there is so much as a folder."""
    (tmp_path / "rtcc.toml").write_text(lines + "\n", encoding="utf-8")
    data = tmp_path / "data"
    result = rtcc("up", "--no-simulator", "--port", str(free_port()), "--data", str(data), cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("rtcc: ")
    assert named in result.stderr
    assert result.stderr.count("\n") == 1
    assert not data.exists()


def test_the_process_that_watches_says_it_too(tmp_path: Path) -> None:
    """Started by itself, as in a container, it ends with the sentence and no traceback."""
    (tmp_path / "rtcc.toml").write_text("[alarms.surge]\nleast = -1\n", encoding="utf-8")
    command = [sys.executable, "-m", "workers.alarms"]
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("rtcc: alarms.surge.least is -1")
    assert ended.stderr.count("\n") == 1
