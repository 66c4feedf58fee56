"""Holds docs/glossary.md to the words of the model: a word is used everywhere or nowhere."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import rtcc.model
from rtcc.model import lifecycle
from rtcc.model.fields import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"`([A-Za-z0-9_]+)`", PAGE))


def public_classes():
    """Give the public classes that modules of the model define."""
    for module in pkgutil.iter_modules(rtcc.model.__path__, "rtcc.model."):
        for name, thing in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if thing.__module__ == module.name and not name.startswith("_"):
                yield name


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_and_its_fields_are_in_the_glossary(kind):
    """Every kind of entity and every field of it is explained."""
    assert {kind, *KINDS[kind]} <= WORDS


def test_every_class_of_the_model_is_in_the_glossary():
    """Every public class of rtcc.model is explained."""
    assert set(public_classes()) <= WORDS


def test_every_status_is_in_the_glossary():
    """Each state an entity can be in is explained."""
    states = {status for _, statuses in lifecycle.LIFECYCLES.values() for status in statuses}
    assert states <= WORDS
