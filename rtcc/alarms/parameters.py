"""Reads what `rtcc.toml` says under ``[alarms]`` and makes the rules of it; what is wrong there stops the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rtcc.alarms.rule import Parameters, Rule
from rtcc.alarms.rules import RULES
from rtcc.alarms.view import View
from rtcc.model.checks import kind_of, whole

#: Positions that share the alarms, where nobody says how many there are.
OPERATORS = 2
_OPERATORS = whole(1, 1_000)


class AlarmParameterError(ValueError):
    """Something under ``[alarms]`` that cannot be used; the message is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """How many operators share the alarms, and the parameters of every rule that is watched."""

    operators: int
    parameters: dict[str, Parameters]

    @property
    def switched_off(self) -> frozenset[str]:
        """The rules that are not watched."""
        return frozenset(RULES) - self.parameters.keys()

    def rules(self, view: View) -> list[Rule[Any]]:
        """Return the rules, looking at this view."""
        return [RULES[name](view, parameters) for name, parameters in self.parameters.items()]


def read_plan(told: Mapping[str, Any]) -> AlarmPlan:
    """Check everything that is told. Raises AlarmParameterError."""
    for name in told:
        if name != "operators" and name not in RULES:
            raise AlarmParameterError(
                f"alarms.{_shown(name)} is no known rule; there are {', '.join(RULES)}, and operators."
            )
    operators = told.get("operators", OPERATORS)
    if not _OPERATORS.accepts(operators):
        raise AlarmParameterError(f"alarms.operators is {kind_of(operators)}; it must be {_OPERATORS.allowed}.")
    parameters = {name: _parameters(name, rule, told.get(name, {})) for name, rule in RULES.items()}
    return AlarmPlan(operators, {name: chosen for name, chosen in parameters.items() if chosen.enabled})


def _parameters(name: str, rule: type[Rule[Any]], told: Any) -> Parameters:
    if not isinstance(told, Mapping):
        raise AlarmParameterError(f"alarms.{name} is {kind_of(told)}; it must be a table of parameters.")
    try:
        # Strict as JSON is: TOML too tells a whole number from a text, but 30 is a time as good as 30.0.
        return rule.parameters_type.model_validate(dict(told))
    except ValidationError as error:
        raise AlarmParameterError(_sentence(name, rule, error)) from None


def _sentence(name: str, rule: type[Rule[Any]], error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(["alarms", name, *(_shown(part) for part in first["loc"] if part != "[key]")])
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(rule.parameters_type.model_fields)
        return f"{where} is no parameter of this rule; it has {allowed}."
    said = "no possible name" if first["loc"][-1] == "[key]" else _said(first["input"])
    return f"{where} is {said}: {first['msg'][0].lower()}{first['msg'][1:]}."


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float | int) and not isinstance(value, bool) else kind_of(value)


def _shown(name: object) -> str:
    plain = str(name)
    return plain if plain.isprintable() and len(plain) <= 40 else "(a name that is no word)"
